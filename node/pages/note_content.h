// What a note itself says, whatever its kind: the one message within its body. Pure functions, for any
// thread.
#pragma once

#include <optional>
#include <string>

#include "koinon/v1/record.pb.h"
#include "node/reading/record_view.h"

namespace koinon {

// Practice, adoption, question, answer, profile or notice. Empty where there is no body, or nothing of these
// in it. It lives as long as the body does.
const google::protobuf::Message& content_of(const std::optional<v1::Body>& body);
void content_of(std::optional<v1::Body>&& body) = delete;
// A text of it by its field's name in record.proto; empty where it has none such.
std::string text_of(const google::protobuf::Message& content, const std::string& field);
// What it names that was published outside the network; empty where its kind names nothing.
const google::protobuf::RepeatedPtrField<v1::Source>& sources_of(const std::optional<v1::Body>& body);
// The beginning of what it says, in words without marks: its summary, or else its first text. May be empty.
std::string description_of(const google::protobuf::Message& content);
// What a record is called by its own text, for those who answer or adopt it; its ref where that says nothing.
std::string title_of(const RecordView& record);

}  // namespace koinon
