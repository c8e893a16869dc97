// What a line of the daemon's log tells, as a name that programs go by: the member `event` of a JSON line. A
// name stays the same from version to version, whatever the words of its message; a new one may come.
// RUNBOOK.md, "Logs", lists them all, and a test compares the two.
#pragma once

#include <string_view>

namespace koinon {

struct LogEvent {
  std::string_view name;  // AREA.WHAT
};

namespace log_event {
inline constexpr LogEvent kAlarmOver{"alarm.over"};
inline constexpr LogEvent kAlarm{"alarm.stands"};
inline constexpr LogEvent kChanged{"audit.changed"};
inline constexpr LogEvent kRefused{"audit.refused"};
inline constexpr LogEvent kAdvanced{"city.advanced"};
inline constexpr LogEvent kDistrusted{"city.distrusted"};
inline constexpr LogEvent kForked{"city.forked"};
inline constexpr LogEvent kKeysChanged{"city.keys_changed"};
inline constexpr LogEvent kNotVouched{"city.not_vouched"};
inline constexpr LogEvent kRemoved{"city.removed"};
inline constexpr LogEvent kTrusted{"city.trusted"};
inline constexpr LogEvent kVouched{"city.vouched"};
inline constexpr LogEvent kClockOffset{"clock.offset"};
inline constexpr LogEvent kConfigChanged{"config.changed"};
inline constexpr LogEvent kConfigDoubt{"config.doubt"};
inline constexpr LogEvent kConfigSame{"config.same"};
inline constexpr LogEvent kConfigWaits{"config.waits"};
inline constexpr LogEvent kConfigWrong{"config.wrong"};
inline constexpr LogEvent kHubTold{"feeds.hub_told"};
inline constexpr LogEvent kHubWaits{"feeds.hub_waits"};
inline constexpr LogEvent kRequest{"http.request"};
inline constexpr LogEvent kRequestsUnwritten{"http.requests_unwritten"};
inline constexpr LogEvent kIndexLags{"index.lags"};
inline constexpr LogEvent kKeyChanged{"key.changed"};
inline constexpr LogEvent kIdentityNotKept{"key.identity_not_kept"};
inline constexpr LogEvent kKeysNamed{"key.named"};
inline constexpr LogEvent kNodeKeyServes{"key.node_key_serves"};
inline constexpr LogEvent kNodeKeyWaits{"key.node_key_waits"};
inline constexpr LogEvent kKeyNotInPlace{"key.not_in_place"};
inline constexpr LogEvent kKeysNotNamed{"key.not_named"};
inline constexpr LogEvent kKeyNotRenewed{"key.not_renewed"};
inline constexpr LogEvent kKeyRenewed{"key.renewed"};
inline constexpr LogEvent kNodeKeyWaitNotKept{"key.wait_not_kept"};
inline constexpr LogEvent kWordsChanged{"key.words_changed"};
inline constexpr LogEvent kNotStarted{"node.not_started"};
inline constexpr LogEvent kResumed{"node.resumed"};
inline constexpr LogEvent kServing{"node.serving"};
inline constexpr LogEvent kStopped{"node.stopped"};
inline constexpr LogEvent kNotSetAside{"office.not_set_aside"};
inline constexpr LogEvent kCannotShow{"peer.cannot_show"};
inline constexpr LogEvent kConnected{"peer.connected"};
inline constexpr LogEvent kDisconnected{"peer.disconnected"};
inline constexpr LogEvent kJoined{"peer.joined"};
inline constexpr LogEvent kKnock{"peer.knocks"};
inline constexpr LogEvent kPeerLied{"peer.lied"};
inline constexpr LogEvent kNotice{"peer.notice"};
inline constexpr LogEvent kPinNotMoved{"peer.pin_not_moved"};
inline constexpr LogEvent kPinVoid{"peer.pin_void"};
inline constexpr LogEvent kServerAway{"reader.server_away"};
inline constexpr LogEvent kServerBack{"reader.server_back"};
inline constexpr LogEvent kSendingWaits{"sending.waits"};
inline constexpr LogEvent kManagerUntold{"service.manager_untold"};
inline constexpr LogEvent kThreadAnswers{"service.thread_answers"};
inline constexpr LogEvent kThreadSilent{"service.thread_silent"};
inline constexpr LogEvent kCameBack{"signing.came_back"};
inline constexpr LogEvent kOwnForked{"signing.forked"};
inline constexpr LogEvent kHeldWaits{"signing.held_waits"};
inline constexpr LogEvent kMarkNotKept{"signing.mark_not_kept"};
inline constexpr LogEvent kRestored{"signing.restored"};
inline constexpr LogEvent kRolledBack{"signing.rolled_back"};
inline constexpr LogEvent kSigningWaits{"signing.waits"};
inline constexpr LogEvent kStoreBack{"store.back"};
inline constexpr LogEvent kStoreFailed{"store.failed"};
inline constexpr LogEvent kStoreLost{"store.lost"};
inline constexpr LogEvent kStoreWaits{"store.waits"};
inline constexpr LogEvent kWitnessFails{"witness.fails"};
inline constexpr LogEvent kWitnessList{"witness.list"};
inline constexpr LogEvent kWitnessMark{"witness.mark"};
inline constexpr LogEvent kOurWitness{"witness.of_ours"};
inline constexpr LogEvent kWitnessRefused{"witness.refused"};
inline constexpr LogEvent kWitnessServes{"witness.serves"};
}  // namespace log_event

}  // namespace koinon
