// Manual pages in the language of man(7), made of a command line and of the table of keys. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "tools/describe/command_text.h"

namespace koinon {

// What a page says that no command line knows.
struct ManualPage {
  std::string name;     // koinond
  int section = 1;      // of the manual
  std::string in_line;  // what it is, for apropos
  std::string tail;     // its last sections, in man(7)
};

// Of a program with all its commands.
std::string program_manual(const ManualPage& page, const CommandText& program);
// Of koinond.toml, from config_keys().
std::string config_manual();

// koinon.1 and koinond.8.
ManualPage koinon_page();
ManualPage koinond_page();

}  // namespace koinon
