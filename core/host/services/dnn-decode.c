/* dnn-decode.c - the calls of a decoder */
#include "dnn-decode.h"

#include "dnn-context.h"
#include "dnn-host.h"
#include "dnn-running.h"

bool
dnn_decoder_recognizes (const DnnComponent *decoder, const uint8_t *bytes,
                        int64_t n)
{
  const DnnDecoderOps *ops = decoder->code->ops;
  const char *name = decoder->plugin->name;
  const DnnRunning running = { "decoder", name, name, "recognizes" };
  int32_t result;

  dnn_running_begin (&running);
  result = ops->recognizes (bytes, n);
  dnn_running_end ();
  return result != 0;
}

bool
dnn_decode (const DnnComponent *decoder, const char *who, const uint8_t *bytes,
            int64_t n, uint32_t channels, DnnDecoded *decoded, GError **error)
{
  const DnnDecoderOps *ops = decoder->code->ops;
  const DnnRunning running = { "decoder", decoder->plugin->name,
                               decoder->plugin->name, "decode" };
  DnnContext context = { .host = &dnn_host, .decoded = decoded };
  DnnDecode d = {
    .call = { DNN_END_OF (DnnDecode, channels), 0, &context },
    .bytes = bytes,
    .n_bytes = n,
    .channels = channels,
  };
  int32_t status;

  dnn_running_begin (&running);
  status = ops->decode (decoder->self, &dnn_host, &d);
  dnn_running_end ();
  if (status != 0 || context.message != NULL) {
    dnn_context_take_error (&context, who, DNN_ERROR_FORMAT, error);
    return false;
  }
  if (decoded->n_calls == 1)
    return true;
  g_set_error (error, DNN_ERROR, DNN_ERROR_PLUGIN,
               "%s: its decoder '%s' did not call set_array", who,
               decoder->plugin->name);
  return false;
}
