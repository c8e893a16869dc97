// TOML tables to and from the fields of a protocol buffer message, by the message's own names. Fields of
// type bytes are not reachable: keys and digests are never typed by people.
#pragma once

#include <string>

#include <google/protobuf/message.h>

#include "node/text/toml.h"
#include "proto/base/result.h"

namespace koinon {

// Sets the field `key` of `message`; an error that names the key if there is none, or if the value has
// another type.
Status set_field(google::protobuf::Message& message, const std::string& key, const toml::node& value);

// Everything that is set in `message`, top-level keys in field order.
toml::table to_table(const google::protobuf::Message& message);

}  // namespace koinon
