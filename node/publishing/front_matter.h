// TOML tables to and from the fields of a protocol buffer message, by the message's own names. Fields of
// type bytes are not reachable: keys and digests are never typed by people.
#pragma once

#include <string>
#include <vector>

#include <google/protobuf/message.h>

#include "node/text/toml.h"
#include "proto/base/result.h"

namespace koinon {

// Sets the field `key` of `message`. If there is no such field, or the value has another type, the error
// names the key; of one that is not there it also names the nearest field (nearest_word), or the nearest of
// `others`, keys that stand beside the fields.
Status set_field(google::protobuf::Message& message, const std::string& key, const toml::node& value,
                 const std::vector<std::string>& others = {});

// All that is set in `message`. Top-level keys are in the order of the fields.
toml::table to_table(const google::protobuf::Message& message);

}  // namespace koinon
