// What an error says, as office.db keeps it: the English sentence, and beside it the id and arguments. With
// these a page can later translate it for its reader. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace koinon {

// JSON: {"id": …, "arguments": {NAME: number or text}}. Empty: the sentence exists only in English.
std::string fault_text(const Error& why);

// The error that says this sentence. There is no id if `fault` does not parse, or if an older version wrote
// the sentence down.
Error kept_fault(std::string sentence, std::string_view fault);

}  // namespace koinon
