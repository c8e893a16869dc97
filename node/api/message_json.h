// A message of the protocol as JSON, by the mapping of proto3 (protobuf.dev, "ProtoJSON Format"), with the
// names of the fields as they stand in record.proto. It makes a value directly: a body of a megabyte is not
// written as text and then parsed. Pure functions, for any thread.
#pragma once

#include <boost/json/object.hpp>
#include <google/protobuf/message.h>

namespace koinon {

boost::json::object message_json(const google::protobuf::Message& message);

}  // namespace koinon
