/* hdf5-header.c - object headers, and the messages in their blocks (IV.A) */
#include "dnn-hdf5-private.h"

/* Blocks of one header; each attribute added later may take one. */
#define BLOCK_LIMIT 4096

enum { SHARED = 0x02, MUST_KNOW = 0x80 };

typedef struct Header {
  DnnHdf5 *hdf5;
  unsigned version;
  bool has_order;   /* messages of version 2 carry their number */
  uint64_t n_left;  /* messages that version 1 still has */
  GArray *blocks;   /* (owned) DnnHdf5Cursor, those still to be read, too */
  GArray *messages; /* (owned) DnnHdf5Message */
} Header;

static void
header_clear (Header *self)
{
  g_clear_pointer (&self->blocks, g_array_unref);
  g_clear_pointer (&self->messages, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Header, header_clear)

/* The block at `address`, of version 2 with its checksum, which is checked and
 * left out. */
static bool
check_sum (Header *self, DnnHdf5Cursor *whole, GError **error)
{
  const size_t n = (size_t) (whole->end - whole->at);
  DnnHdf5Cursor tail = { whole->end - 4, whole->end, false };

  /* a step for each twelve bytes that the sum mixes */
  if (!dnn_hdf5_spend (self->hdf5, n / 12, error))
    return false;
  if (dnn_hdf5_number (&tail, 4) != dnn_hdf5_checksum (whole->at, n - 4))
    return dnn_hdf5_fail (self->hdf5, error,
                          "its object header is broken: wrong checksum at "
                          "address '%zu'",
                          (size_t) (whole->at - self->hdf5->data));
  whole->end -= 4;
  return true;
}

static bool
add_block (Header *self, DnnHdf5Cursor block, GError **error)
{
  if (self->blocks->len == BLOCK_LIMIT)
    return dnn_hdf5_fail (self->hdf5, error,
                          "its object header has more than '%d' blocks",
                          BLOCK_LIMIT);
  g_array_append_val (self->blocks, block);
  return true;
}

static bool
add_continuation (Header *self, DnnHdf5Cursor message, GError **error)
{
  DnnHdf5Cursor block;
  const uint64_t address = dnn_hdf5_number (&message, 8),
                 n = dnn_hdf5_number (&message, 8);

  if (message.short_of ||
      !dnn_hdf5_at (self->hdf5, address, n, "a block of its object header",
                    &block, error))
    return message.short_of
               ? dnn_hdf5_fail (self->hdf5, error,
                                "a continuation must have 16 bytes")
               : false;
  if (self->version == 2) {
    if (n < 8)
      return dnn_hdf5_fail (self->hdf5, error,
                            "a block of its object header must have at least 8 "
                            "bytes, not '%" G_GUINT64_FORMAT "'",
                            n);
    if (!check_sum (self, &block, error))
      return false;
    if (!dnn_hdf5_signature (&block, "OCHK"))
      return dnn_hdf5_fail (self->hdf5, error,
                            "address '%" G_GUINT64_FORMAT
                            "' must hold a block of an object header, 'OCHK'",
                            address);
  }
  return add_block (self, block, error);
}

static bool
add_message (Header *self, const DnnHdf5Message *message, unsigned flags,
             GError **error)
{
  const unsigned type = (unsigned) message->type;

  if (type == DNN_HDF5_CONTINUATION)
    return add_continuation (self, message->body, error);
  if ((flags & SHARED) != 0)
    return dnn_hdf5_fail (self->hdf5, error,
                          "shared messages are not read (type '0x%02x')", type);
  if (type > 0x17 && (flags & MUST_KNOW) != 0)
    return dnn_hdf5_fail (self->hdf5, error,
                          "its object header has a message of the unknown type "
                          "'0x%02x'",
                          type);
  g_array_append_val (self->messages, *message);
  return true;
}

/* The next message; false at the end of its block. */
static bool
next_message (const Header *self, DnnHdf5Cursor *block, DnnHdf5Message *message,
              unsigned *ret_flags)
{
  const size_t n_head = self->version == 1 ? 8 : self->has_order ? 6 : 4;
  uint64_t n;

  /* what is shorter than a head is a gap */
  if ((size_t) (block->end - block->at) < n_head)
    return false;
  message->type = dnn_hdf5_number (block, self->version == 1 ? 2 : 1);
  n = dnn_hdf5_number (block, 2);
  *ret_flags = (unsigned) dnn_hdf5_number (block, 1);
  dnn_hdf5_take (block, n_head - (self->version == 1 ? 5 : 4));
  message->body.at = dnn_hdf5_take (block, n);
  message->body.end = block->at;
  message->body.short_of = false;
  return true;
}

static bool
read_blocks (Header *self, GError **error)
{
  DnnHdf5Message message;
  unsigned flags = 0;

  /* grows while it is gone through */
  for (guint i = 0; i < self->blocks->len; i++) {
    DnnHdf5Cursor block = g_array_index (self->blocks, DnnHdf5Cursor, i);

    while (self->n_left > 0 && next_message (self, &block, &message, &flags)) {
      self->n_left--;
      if (block.short_of)
        return dnn_hdf5_fail (self->hdf5, error,
                              "a message of type '0x%02x' ends after its block "
                              "of the object header",
                              (unsigned) message.type);
      if (!dnn_hdf5_spend (self->hdf5, 1, error) ||
          !add_message (self, &message, flags, error))
        return false;
    }
  }
  return true;
}

static bool
start_version_1 (Header *self, uint64_t address, DnnHdf5Cursor at,
                 GError **error)
{
  DnnHdf5Cursor block;
  uint64_t n;

  dnn_hdf5_take (&at, 2);
  self->version = 1;
  self->n_left = dnn_hdf5_number (&at, 2);
  dnn_hdf5_take (&at, 4); /* references */
  n = dnn_hdf5_number (&at, 4);
  if (at.short_of)
    return dnn_hdf5_fail (self->hdf5, error, "ends within its object header");
  return dnn_hdf5_at (self->hdf5, address + 16, n, "its object header", &block,
                      error) &&
         add_block (self, block, error);
}

static bool
start_version_2 (Header *self, uint64_t address, DnnHdf5Cursor at,
                 GError **error)
{
  DnnHdf5Cursor block;
  unsigned flags;
  uint64_t n, n_head;

  dnn_hdf5_take (&at, 5);
  flags = (unsigned) dnn_hdf5_number (&at, 1);
  dnn_hdf5_take (&at, ((flags & 0x20) != 0 ? 16 : 0) +
                          ((flags & 0x10) != 0 ? 4 : 0));
  n = dnn_hdf5_number (&at, (size_t) 1 << (flags & 3));
  if (at.short_of)
    return dnn_hdf5_fail (self->hdf5, error, "ends within its object header");
  self->version = 2;
  self->has_order = (flags & 0x04) != 0;
  self->n_left = UINT64_MAX;
  n_head = (uint64_t) (at.at - self->hdf5->data) - address;
  if (n > self->hdf5->size || !dnn_hdf5_at (self->hdf5, address, n_head + n + 4,
                                            "its object header", &block, error))
    return n > self->hdf5->size
               ? dnn_hdf5_fail (self->hdf5, error,
                                "its object header has '%" G_GUINT64_FORMAT
                                "' bytes, and the file %zu",
                                n, self->hdf5->size)
               : false;
  if (!check_sum (self, &block, error))
    return false;
  dnn_hdf5_take (&block, n_head);
  return add_block (self, block, error);
}

GArray *
dnn_hdf5_read_header (DnnHdf5 *self, uint64_t address, GError **error)
{
  g_auto (Header) header = { .hdf5 = self };
  DnnHdf5Cursor at;
  bool done;

  if (!dnn_hdf5_from (self, address, "its object header", &at, error))
    return NULL;
  header.blocks = g_array_new (FALSE, FALSE, sizeof (DnnHdf5Cursor));
  header.messages = g_array_new (FALSE, FALSE, sizeof (DnnHdf5Message));
  if (at.end - at.at >= 5 && memcmp (at.at, "OHDR\2", 5) == 0)
    done = start_version_2 (&header, address, at, error);
  else if (at.at[0] == 1)
    done = start_version_1 (&header, address, at, error);
  else
    done = dnn_hdf5_fail (self, error,
                          "address '%" G_GUINT64_FORMAT
                          "' must hold an object header of version 1 or 2",
                          address);
  return done && read_blocks (&header, error)
             ? g_steal_pointer (&header.messages)
             : NULL;
}
