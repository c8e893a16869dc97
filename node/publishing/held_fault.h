// The reason why a held note was not signed, as office.db keeps it: the English sentence, and its id and
// arguments. With these a page can later translate it for its reader. Pure; any thread.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "storage/office/desk.h"

namespace koinon {

// JSON: {"id": …, "arguments": {NAME: number or text}}. Empty: the sentence exists only in English.
std::string fault_text(const Error& why);

// The error of a held note: its sentence out of `outcome`, its id and arguments out of `fault`. There is no
// id if `fault` does not parse, or if an older version wrote the note.
Error fault_of(const HeldNote& note);

}  // namespace koinon
