#include "node/delivery/webhook_message.h"

#include <boost/json.hpp>

#include "crypto/hmac.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;

std::string webhook_secret_text(BytesView secret) { return "whsec_" + to_base64(secret); }

std::string webhook_test_text(UnixMillis now) {
  return json::serialize(
      json::object{{"type", "webhook.test"}, {"timestamp", time_text(now)}, {"data", json::object()}});
}

std::vector<std::string> webhook_headers(BytesView secret, const std::string& id, UnixMillis now,
                                         const std::string& body) {
  const std::string time = std::to_string(now.value / 1000);
  const Bytes signature = hmac_sha256(secret, id + "." + time + "." + body);
  return {"Content-Type: application/json",
          "User-Agent: koinon",
          "Expect:",
          "webhook-id: " + id,
          "webhook-timestamp: " + time,
          "webhook-signature: v1," + to_base64(signature)};
}

}  // namespace koinon
