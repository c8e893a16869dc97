// Texts inside requests: forms, times, paths of tiles, addresses, what codings a client takes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "node/access/access.h"
#include "node/api/change_request.h"
#include "node/http/accept_encoding.h"
#include "node/log_files/tiles.h"
#include "node/text/forwarded.h"
#include "node/text/mail_address.h"
#include "node/text/time_text.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  (void)read_form(input);
  (void)check_email(input);
  if (const auto time = parse_time(input, "at"); time.ok() && !parse_time(time_text(*time), "at").ok())
    std::abort();
  if (const auto time = parse_http_date(input); time && parse_http_date(http_date(*time)) != time)
    std::abort();
  (void)own_token(input);
  // Who refuses the bytes as they are has not chosen them where there is another choice.
  if (const AcceptedCoding coding = accepted_coding(input + ", gzip, identity;q=0");
      !coding.refuses_identity || coding.best == ContentCoding::kIdentity)
    std::abort();
  const auto is_proxy = [](const std::string& address) { return address == "192.0.2.1"; };
  for (const ForwardingHeaders& headers : {ForwardingHeaders{input, {}}, ForwardingHeaders{{}, input}}) {
    // The visitor always has an address, as we write it.
    const std::string sender = sender_behind("192.0.2.1", headers, is_proxy);
    if (plain_address(sender) != sender) std::abort();
  }
  std::vector<std::string> segments;
  for (std::size_t begin = 0; begin <= input.size();) {
    const auto end = std::min(input.find('/', begin), input.size());
    segments.push_back(input.substr(begin, end - begin));
    begin = end + 1;
  }
  if (const auto path = parse_tile_path(segments); path.ok() && path->text() != "tile/" + input) std::abort();
  return 0;
}
