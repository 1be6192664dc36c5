/* onednn-loop.cc - the study's network trained by hand on oneDNN
 *
 *   g++ -O3 -march=native -ffast-math onednn-loop.cc -ldnnl
 *   OMP_NUM_THREADS=THREADS ./a.out BATCH EPOCHS [ROWS]
 *
 * The loop of bare-blas.c, with its products as oneDNN's matmul: bias and leaky
 * ReLU are post-operations of the first two, and SGD is that of the third,
 * which adds -rate xᵀ dz to the weights.  Primitives are made once.
 */
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dnnl.hpp>
#include <unordered_map>
#include <vector>

using dnnl::memory;
using dims = memory::dims;
using Floats = std::vector<float>;

static const int N_LAYERS = 3, WIDTHS[] = { 784, 300, 100, 10 };
static const int CLASSES = 10;
static const float RATE = 1e-3f, SLOPE = 0.3f;

static Floats
draw (size_t n)
{
  Floats v (n);

  for (float &f : v)
    f = ((float) rand () / (float) RAND_MAX - 0.5f) * 0.1f;
  return v;
}

static double
now ()
{
  using clock = std::chrono::steady_clock;

  return std::chrono::duration<double> (clock::now ().time_since_epoch ())
      .count ();
}

/* One matmul with everything it is called on. */
struct Product {
  dnnl::matmul run;
  std::unordered_map<int, memory> with;
};

/* A matrix of `rows` x `columns`, or the transpose of one that is stored. */
struct Matrix {
  float *at;
  int rows, columns;
  bool transposed;

  memory::desc
  desc () const
  {
    dims strides = transposed ? dims{ 1, rows } : dims{ columns, 1 };

    return memory::desc (dims{ rows, columns }, memory::data_type::f32,
                         strides);
  }
};

class Loop
{
public:
  Loop (int n_batch, int n_rows);
  double epoch (bool tell);

private:
  Product multiply (Matrix a, Matrix b, Matrix c, float *bias,
                    dnnl::primitive_attr attr);
  void make_layer (int i);
  void run (Product &product);
  void gather (int first);
  double pull (int first);
  void pull_back (int i);

  dnnl::engine engine{ dnnl::engine::kind::cpu, 0 };
  dnnl::stream stream{ engine };
  int batch, rows;
  Floats data, x;
  std::vector<int> order;
  Floats w[N_LAYERS], b[N_LAYERS], z[N_LAYERS], d[N_LAYERS];
  std::vector<Product> forward, back, step;
};

Product
Loop::multiply (Matrix a, Matrix b_, Matrix c, float *bias,
                dnnl::primitive_attr attr)
{
  memory::desc row (dims{ 1, c.columns }, memory::data_type::f32,
                    dims{ c.columns, 1 });
  auto plain = dnnl::matmul::desc (a.desc (), b_.desc (), c.desc ());
  auto biased = dnnl::matmul::desc (a.desc (), b_.desc (), row, c.desc ());
  dnnl::matmul::primitive_desc made (bias ? biased : plain, attr, engine);
  Product product = { dnnl::matmul (made), {} };

  product.with = { { DNNL_ARG_SRC, memory (a.desc (), engine, a.at) },
                   { DNNL_ARG_WEIGHTS, memory (b_.desc (), engine, b_.at) },
                   { DNNL_ARG_DST, memory (c.desc (), engine, c.at) } };
  if (bias)
    product.with.insert ({ DNNL_ARG_BIAS, memory (row, engine, bias) });
  return product;
}

void
Loop::make_layer (int i)
{
  int in = WIDTHS[i], out = WIDTHS[i + 1];
  float *from = i ? z[i - 1].data () : x.data ();
  dnnl::primitive_attr leaky, sgd;
  dnnl::post_ops relu, sum;

  if (i < N_LAYERS - 1)
    relu.append_eltwise (1, dnnl::algorithm::eltwise_relu, SLOPE, 0);
  leaky.set_post_ops (relu);
  sum.append_sum (1);
  sgd.set_post_ops (sum);
  sgd.set_output_scales (0, { -RATE });
  forward.push_back (
      multiply ({ from, batch, in, false }, { w[i].data (), in, out, false },
                { z[i].data (), batch, out, false }, b[i].data (), leaky));
  step.push_back (multiply ({ from, in, batch, true },
                            { d[i].data (), batch, out, false },
                            { w[i].data (), in, out, false }, NULL, sgd));
  if (i)
    back.push_back (multiply (
        { d[i].data (), batch, out, false }, { w[i].data (), out, in, true },
        { d[i - 1].data (), batch, in, false }, NULL, dnnl::primitive_attr ()));
}

Loop::Loop (int n_batch, int n_rows)
    : batch (n_batch), rows (n_rows), data (draw ((size_t) n_rows * WIDTHS[0])),
      x ((size_t) n_batch * WIDTHS[0])
{
  for (int i = 0; i < rows; i++)
    order.push_back (rand () % rows);
  for (int i = 0; i < N_LAYERS; i++) {
    w[i] = draw ((size_t) WIDTHS[i] * WIDTHS[i + 1]);
    b[i] = draw (WIDTHS[i + 1]);
    z[i] = d[i] = Floats ((size_t) batch * WIDTHS[i + 1]);
  }
  for (int i = 0; i < N_LAYERS; i++)
    make_layer (i);
}

void
Loop::run (Product &product)
{
  product.run.execute (stream, product.with);
}

void
Loop::gather (int first)
{
  for (int r = 0; r < batch; r++)
    memcpy (&x[(size_t) r * WIDTHS[0]],
            &data[(size_t) order[first + r] * WIDTHS[0]],
            WIDTHS[0] * sizeof (float));
}

/* Loss of the batch, and its slope by the last z: (softmax - y) / n. */
double
Loop::pull (int first)
{
  double loss = 0;

  for (int r = 0; r < batch; r++) {
    const float *in = &z[N_LAYERS - 1][(size_t) r * CLASSES];
    float *out = &d[N_LAYERS - 1][(size_t) r * CLASSES];
    int y = order[first + r] % CLASSES;
    float most = in[0], sum = 0;

    for (int k = 1; k < CLASSES; k++)
      most = fmaxf (most, in[k]);
    for (int k = 0; k < CLASSES; k++)
      sum += out[k] = expf (in[k] - most);
    loss -= logf (out[y] / sum);
    for (int k = 0; k < CLASSES; k++)
      out[k] = (out[k] / sum - (k == y)) / (float) batch;
  }
  return loss;
}

void
Loop::pull_back (int i)
{
  int width = WIDTHS[i + 1];

  if (i) {
    float *slope = d[i - 1].data ();
    const float *value = z[i - 1].data ();

    run (back[i - 1]);
    stream.wait ();
    for (int k = 0; k < batch * WIDTHS[i]; k++)
      slope[k] *= value[k] < 0 ? SLOPE : 1;
  }
  run (step[i]);
  for (int r = 0; r < batch; r++)
    for (int k = 0; k < width; k++)
      b[i][k] -= RATE * d[i][(size_t) r * width + k];
}

double
Loop::epoch (bool tell)
{
  double loss = 0;

  for (int first = 0; first + batch <= rows; first += batch) {
    gather (first);
    for (Product &product : forward)
      run (product);
    stream.wait ();
    loss += pull (first);
    for (int i = N_LAYERS - 1; i >= 0; i--)
      pull_back (i);
    stream.wait ();
    if (tell && first == 0) {
      printf ("done\n");
      fflush (stdout);
    }
  }
  return loss / rows;
}

int
main (int argc, char *argv[])
{
  int batch = argc > 1 ? atoi (argv[1]) : 32;
  int epochs = argc > 2 ? atoi (argv[2]) : 3;
  int rows = argc > 3 ? atoi (argv[3]) : 55000;
  Loop loop (batch, rows);

  for (int i = 0; i < epochs; i++) {
    double start = now (), loss = loop.epoch (i == 0);

    printf ("epoch %.4f s loss %.3f\n", now () - start, loss);
  }
  return 0;
}
