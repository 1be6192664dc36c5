/* health.c - prints the health of an epoch */
#include "health.h"

#include "json.h"
#include <stdio.h>

void
print_health (const DnnHealthEpoch *epoch)
{
  g_autofree char *text = dnn_health_epoch_to_text (epoch);

  fprintf (stderr, "%s\n", text);
}

static void
add_text (JsonBuilder *b, const char *name, const char *text)
{
  json_builder_set_member_name (b, name);
  json_builder_add_string_value (b, text);
}

static void
add_layer (JsonBuilder *b, const DnnLayerHealth *row)
{
  json_builder_begin_object (b);
  add_text (b, "layer", row->layer);
  add_json_number (b, "activation_mean", row->activation.mean);
  add_json_number (b, "activation_std", row->activation.std);
  add_json_number (b, "gradient_mean", row->gradient.mean);
  add_json_number (b, "gradient_std", row->gradient.std);
  add_json_number (b, "update_ratio", row->update_ratio);
  add_json_number (b, "saturated", row->saturated);
  add_json_number (b, "dead", row->dead);
  json_builder_end_object (b);
}

static void
add_finding (JsonBuilder *b, const DnnFinding *finding)
{
  json_builder_begin_object (b);
  add_text (b, "finding", dnn_finding_kind_name (finding->kind));
  add_text (b, "layer", finding->layer->layer);
  add_text (b, "text", finding->text);
  json_builder_end_object (b);
}

void
print_health_json (const DnnHealthEpoch *epoch)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  add_text (b, "event", "health");
  json_builder_set_member_name (b, "epoch");
  json_builder_add_int_value (b, epoch->number);
  json_builder_set_member_name (b, "layers");
  json_builder_begin_array (b);
  for (size_t i = 0; i < epoch->n_layers; i++)
    add_layer (b, &epoch->layers[i]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "findings");
  json_builder_begin_array (b);
  for (guint i = 0; i < epoch->findings->len; i++)
    add_finding (b, g_ptr_array_index (epoch->findings, i));
  json_builder_end_array (b);
  json_builder_end_object (b);
  print_json (b);
}
