// What codings of content a client takes, by its Accept-Encoding (RFC 9110, section 12.5.3). Pure functions,
// for any thread.
#pragma once

#include <string_view>

namespace koinon {

// How the bytes of an answer are coded. kIdentity: as they are.
enum class ContentCoding : unsigned char { kIdentity, kGzip, kBrotli };

// As Content-Encoding names it: identity, gzip, br.
std::string_view coding_name(ContentCoding coding);

struct AcceptedCoding {
  ContentCoding best = ContentCoding::kIdentity;
  bool refuses_identity = false;  // the client states that it does not want the bytes as they are
};

// The coding that the client likes best. Of those that it likes alike: brotli, then gzip, which are shorter.
// A star stands for each coding that is not named; of those it stands for, gzip comes first, since every
// client has it. Without the header, and where it names nothing that we have, the bytes go as they are: a
// client that forbids that too gets them all the same (RFC 9110, section 12.1, lets a server do so). A part
// that cannot be read counts as not written. If a coding is named twice, the last one counts.
AcceptedCoding accepted_coding(std::string_view accept_encoding);

}  // namespace koinon
