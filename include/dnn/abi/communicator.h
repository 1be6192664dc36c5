/* communicator.h - moves bytes between processes, and nothing else
 *
 * Order, sums and overlap are the host's.  Errors name the peer.
 */
#pragma once

#include <dnn/abi/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/* [grows] One process among many. */
typedef struct DnnJoin {
  DnnCall call;
  uint32_t rank;  /* out */
  uint32_t size;  /* out */
  double timeout; /* seconds that wait may take at most */
  void *state;    /* out: the communicator's own */
} DnnJoin;

/* [grows] The three return 0 or what host->fail () returned. */
typedef struct DnnCommunicatorOps {
  uint32_t struct_size;
  uint32_t reserved;
  int32_t (*open) (const void *self, const DnnHost *host, DnnJoin *j);
  /* Sends and receives at once; done when wait returns. */
  int32_t (*start) (const void *self, const DnnHost *host, DnnJoin *j,
                    uint32_t peer, const void *send, int64_t n_send,
                    void *receive, int64_t n_receive, uint32_t tag);
  /* Polls until all that was started is done; failure after the timeout. */
  int32_t (*wait) (const void *self, const DnnHost *host, DnnJoin *j);
  void (*close) (const void *self, const DnnHost *host, DnnJoin *j);
} DnnCommunicatorOps;

#define DNN_COMMUNICATOR_OPS DNN_END_OF (DnnCommunicatorOps, close), 0

#ifdef __cplusplus
}
#endif
