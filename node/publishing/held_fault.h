// Why a held note was not signed, as office.db keeps it: the sentence in English, and beside it its id and
// arguments, so that a page says it in the language of whoever reads it later. Pure; any thread.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "storage/office/desk.h"

namespace koinon {

// JSON: {"id": …, "arguments": {NAME: number or text}}. Empty: the error is said in English alone.
std::string fault_text(const Error& why);

// The sentence of `outcome`, with what `fault` says of it. One that does not parse, or that an older version
// wrote down, has no id.
Error fault_of(const HeldNote& note);

}  // namespace koinon
