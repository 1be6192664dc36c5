#!/bin/sh
# Builds dnnrun, trains the first network of examples/fashion-mnist for ten
# epochs, and prints its accuracy on the training and on the test images.
set -eu
cd "$(dirname "$0")"

build-aux/install-dependencies.sh
[ -f build/build.ninja ] || meson setup build
ninja -C build program

build/tools/dnnrun train examples/fashion-mnist/leaky-relu.dnn --overwrite
for split in train test; do
  build/tools/dnnrun evaluate runs/leaky-relu/model.safetensors --split $split
done
