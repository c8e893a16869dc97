// The headers of messages to webhooks, as Standard Webhooks says, with a signature over id, time and body.
#pragma once

#include <string>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// "whsec_" and base64, as the libraries of receivers expect it.
std::string webhook_secret_text(BytesView secret);
// The body of a message that tells of nothing, to try a webhook: its type is "webhook.test".
std::string webhook_test_text(UnixMillis now);
// webhook-id, webhook-timestamp, webhook-signature, and the type of the body.
std::vector<std::string> webhook_headers(BytesView secret, const std::string& id, UnixMillis now,
                                         const std::string& body);

}  // namespace koinon
