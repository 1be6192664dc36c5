/* dnn-conv-list.h - the kernels of convolutions, best first
 *
 *   KERNEL (NAME)
 *
 * A row NAME is the constant dnn_conv_by_NAME.  This is the only place to add
 * one to: product code, tests and bench/convolutions walk the list.
 */
KERNEL (pointwise)
KERNEL (depthwise)
#if defined(__x86_64__)
KERNEL (in_place)
#endif
KERNEL (blocks)
KERNEL (plain)
