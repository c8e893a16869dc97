#include "node/text/qr_code.h"

#include <memory>
#include <utility>

#include <qrencode.h>

namespace koinon {
namespace {

constexpr int kQuietZone = 4;  // modules, as ISO/IEC 18004 asks

struct FreeCode {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

Result<QrCode> QrCode::of(const std::string& text, QrRepair repair) {
  const auto level = repair == QrRepair::kForPaper ? QR_ECLEVEL_M : QR_ECLEVEL_L;
  const std::unique_ptr<QRcode, FreeCode> code(QRcode_encodeString8bit(text.c_str(), 0, level));
  if (code == nullptr) return fail(Code::kTooLarge, "it is too long for a QR code", "qr");
  std::vector<bool> dark;
  for (int i = 0; i < code->width * code->width; ++i) dark.push_back((code->data[i] & 1U) != 0);
  return QrCode(code->width, std::move(dark));
}

bool QrCode::is_dark(int x, int y) const {
  return x >= 0 && y >= 0 && x < width_ && y < width_ && dark_[static_cast<std::size_t>(y * width_ + x)];
}

std::string qr_svg(const QrCode& code) {
  std::string path;
  for (int y = 0; y < code.width(); ++y) {
    for (int x = 0; x < code.width(); ++x) {
      if (code.is_dark(x, y))
        path += "M" + std::to_string(x + kQuietZone) + " " + std::to_string(y + kQuietZone) + "h1v1h-1z";
    }
  }
  const std::string size = std::to_string(code.width() + 2 * kQuietZone);
  return "<svg class=\"qr\" viewBox=\"0 0 " + size + " " + size +
         "\" role=\"img\" aria-label=\"QR\"><rect width=\"" + size + "\" height=\"" + size +
         "\" fill=\"#fff\"/><path fill=\"#000\" d=\"" + path + "\"/></svg>";
}

}  // namespace koinon
