// QR codes of texts, for screens and paper. Pure; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

// How much of the code may be damaged, and it is read all the same. What is printed gets creases.
enum class QrRepair : unsigned char { kForScreens, kForPaper };

class QrCode {
 public:
  // kTooLarge: no code holds so much.
  static Result<QrCode> of(const std::string& text, QrRepair repair);

  int width() const { return width_; }
  // Outside of the code, where it is light, any place may be asked for.
  bool is_dark(int x, int y) const;

 private:
  QrCode(int width, std::vector<bool> dark) : width_(width), dark_(std::move(dark)) {}

  int width_;
  std::vector<bool> dark_;  // row by row
};

// An SVG element, dark on light, with the quiet zone around the code.
std::string qr_svg(const QrCode& code);

}  // namespace koinon
