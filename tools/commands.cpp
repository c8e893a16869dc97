#include "tools/commands.h"

#include <iostream>

#include <boost/json/serialize.hpp>

namespace koinon {

Status show_answer(const Common& common, const boost::json::value& answer, const std::string& text) {
  std::cout << (common.json ? boost::json::serialize(answer) + "\n" : text);
  return {};
}

}  // namespace koinon
