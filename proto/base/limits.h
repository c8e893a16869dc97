// Every limit of Koinon, in one place. PROTOCOL.md section "Limits" lists the same numbers; those marked
// (wire) must be the same in every implementation, the others are this node's own choice.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace koinon::limits {

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// Records
inline constexpr std::size_t kNameBytes = 180;           // (wire) a city's name
inline constexpr std::size_t kOwnEntryBytes = 4 * kKiB;  // an entry that we sign
inline constexpr std::size_t kLeafBytes = 65535;         // (wire) any leaf that is accepted
inline constexpr std::size_t kBodyBytes = kMiB;          // (wire) a body
inline constexpr std::size_t kSaltBytes = 16;            // (wire)
inline constexpr std::size_t kTopics = 8;                // (wire) of an entry
inline constexpr std::size_t kTopicBytes = 64;           // (wire)
inline constexpr std::size_t kRefs = 16;                 // (wire) of an entry
inline constexpr std::size_t kAddressees = 8;            // (wire) `to` of an entry
inline constexpr std::size_t kLanguageBytes = 35;        // (wire) a BCP 47 tag
inline constexpr std::size_t kTitleBytes = 300;
inline constexpr std::size_t kNoteFileBytes = 4 * kMiB;       // a Markdown file given to publish
inline constexpr std::size_t kTomlBytes = kMiB + 100 * kKiB;  // of front matter, or of a configuration
inline constexpr std::size_t kTomlDepth = 16;
inline constexpr int kEvidenceLevels = 5;

// Attachments
inline constexpr std::size_t kAttachments = 16;                   // (wire) of a note
inline constexpr std::size_t kAttachmentBytes = 64 * kMiB;        // (wire) of one file
inline constexpr std::size_t kAttachmentChunkBytes = 256 * kKiB;  // (wire)
inline constexpr std::size_t kAttachmentNameBytes = 200;
inline constexpr std::size_t kMediaTypeBytes = 100;
inline constexpr std::size_t kAltBytes = 1000;                  // of what a picture shows, in words
inline constexpr std::size_t kPictureBytes = 16 * kMiB;         // of a file that pages show as a picture
inline constexpr std::uint64_t kAttachmentQuota = 1024 * kMiB;  // of files of other cities
inline constexpr std::size_t kAttachmentFetches = 64;           // under way for peers; more are refused
inline constexpr std::chrono::hours kUploadAge{24};  // then a file that no note or draft names is forgotten

// Signed notes
inline constexpr std::size_t kNoteBytes = 64 * kKiB;  // a whole signed note
inline constexpr std::size_t kNoteSignatures = 64;
// (wire) The checkpoint of a head: the log's line, and 15 cosignatures, two of which may be lines of
// ML-DSA-44.
inline constexpr std::size_t kHeadNoteBytes = 32 * kKiB;
inline constexpr std::size_t kHeadNoteLines = 16;  // (wire) its signature lines
inline constexpr std::size_t kCosignatures = 15;   // kept of a head
inline constexpr std::size_t kUnknownLines = 2;    // of unknown kinds, of these
// Of the signature in each of them, in bytes. So the note of a head that has all its lines has less than
// kHeadNoteBytes.
inline constexpr std::size_t kUnknownLineBytes = 6 * kKiB;
inline constexpr std::size_t kOpenHeads = 4;        // of a log, that more cities may cosign
inline constexpr std::chrono::minutes kOpenFor{5};  // each of them, unless it is the newest
inline constexpr std::chrono::seconds kPutUpEvery{
    10};  // how often a log's author asks for cosignatures of a new head
inline constexpr std::chrono::seconds kCosignEvery{5};  // how often a city cosigns heads of one log
inline constexpr std::chrono::minutes kSetRowEvery{
    1};  // how often more cosignatures make a journal row of a log
inline constexpr std::chrono::seconds kSetRowDelay{3};  // others that come with the first share its row
inline constexpr std::size_t kCosignedHeads = kOpenHeads + 1;  // (wire) of one log, told at once
inline constexpr std::size_t kCosignedPerRequest =
    32;                                              // (wire) heads whose cosignatures are asked for at once
inline constexpr std::size_t kCosignedRequests = 4;  // our open GetCosignatures at one peer
inline constexpr std::size_t kCosignerKeys = 16;   // of one log that are remembered for policies, the newest
inline constexpr std::size_t kPolicyCities = 256;  // that are looked at for a policy, the nearest
inline constexpr std::size_t kCarriedHeads = 256;  // of our own log, that are not compared yet
inline constexpr std::size_t kStatements = 64;     // (wire) of a log's keys
inline constexpr std::size_t kStatementBytes = 8 * kKiB;  // (wire) a signed one
// (wire) The number of a recovery is not larger than this, unless earlier recoveries leave it no other: it
// follows no rotation beyond. So whoever has the signing key cannot use up the places of recoveries.
inline constexpr std::size_t kRecoveryNumber = kStatements / 2;
// (wire) An entry that is larger states nothing: the statement, and room.
inline constexpr std::size_t kStatingEntryBytes = kStatementBytes + 4 * kKiB;
inline constexpr std::size_t kKeyHistoryBytes = 768 * kKiB;  // all of them as a text, in base64
inline constexpr std::size_t kWordsBytes = 4 * kKiB;         // what somebody types as 24 recovery words
inline constexpr std::size_t kProofHashes = 64;              // an inclusion proof
inline constexpr std::size_t kProofFileBytes = 256 * kKiB;
inline constexpr std::size_t kEvidenceBytes = 640 * kKiB;  // (wire) evidence of a fork, serialised

// Wire
inline constexpr std::size_t kFrameBytes = 2 * kMiB;           // (wire) a frame after its length
inline constexpr std::size_t kChunkTargetBytes = 256 * kKiB;   // a chunk stops growing here
inline constexpr std::size_t kWindowBytes = 8 * kMiB;          // (wire) default credit of a session
inline constexpr std::size_t kMaxWindowBytes = 64 * kMiB;      // a larger one in Hello counts as this
inline constexpr std::size_t kSendQueueBytes = 512 * kKiB;     // above it no further chunk is built
inline constexpr std::size_t kSendQueueHardBytes = 16 * kMiB;  // above it the session is closed
inline constexpr std::size_t kFilterTopics = 256;              // (wire)
inline constexpr std::size_t kHeadsPerFrame = 256;             // (wire)
inline constexpr std::size_t kBodiesPerRequest = 256;          // (wire)
inline constexpr std::size_t kIndexesPerHave = 4096;           // (wire)
inline constexpr std::size_t kLogIdsPerRequest = 16;           // (wire) their heads fit into one frame
inline constexpr std::size_t kHeadsFrameBytes = 1 * kMiB;      // a frame of heads is sent once it has so many
inline constexpr std::size_t kOpenRequests = 64;               // (wire) unanswered requests of one session
inline constexpr std::size_t kHopsLeft = 8;                    // (wire) of a GetBodies
inline constexpr std::size_t kAgentBytes = 64;                 // (wire)
inline constexpr std::size_t kErrorBytes = 512;                // (wire) text of an Error
inline constexpr std::size_t kInFlightBytes =
    8 * kMiB;                                          // received, not yet committed: no Get is sent above it
inline constexpr std::size_t kUnverifiedHeads = 4096;  // of one session; above it the peer is not read
inline constexpr std::size_t kPushRecords = 256;       // a push of more goes as a head alone
inline constexpr std::size_t kRecordsPerChunk = 16384;  // (wire)
// Of our own log that comes back: each peer is asked for so many entries at a time, all at once.
inline constexpr std::size_t kStripe = 128;
inline constexpr std::size_t kStripesAhead = 4;  // asked for beyond what is given to the store

inline constexpr std::size_t kMissingBodies = 4096;     // of one log, looked for at a time
inline constexpr std::size_t kMissingPerRead = 256;     // read from the store at once
inline constexpr std::size_t kBodyRequests = 4;         // our open GetBodies at one peer
inline constexpr std::size_t kBodyRequestBytes = kMiB;  // asked for in one GetBodies, but at least one body
inline constexpr std::size_t kToldNotHeld = 4096;       // bodies whose arrival a peer is told of
inline constexpr unsigned kFalseHaves = 3;              // then a peer's Have for a body is not believed
inline constexpr std::uint64_t kFilteredAtOnce = 1000;  // entries, in one transaction, by a changed filter

// How often evidence of one log that is frozen already is verified in one session: so that a peer can show
// the two recoveries that freeze it for good, and cannot have signatures checked without end.
inline constexpr unsigned kEvidenceOfFrozen = 4;

// How much a peer may send over all its sessions: so much at once, then so much a second. If it sends more,
// we read it more slowly.
inline constexpr double kHeadsAtOnce = 200'000;
inline constexpr double kHeadsPerSecond = 500;  // to verify them takes a twentieth of a processor
inline constexpr double kRequestsAtOnce = 5'000;
inline constexpr double kRequestsPerSecond = 100;
inline constexpr double kFramesAtOnce = 500'000;
inline constexpr double kFramesPerSecond = 1'000;
// How long we do not read a peer that sent too much. It is shorter than the time that a Hello or a Pong may
// take.
inline constexpr std::chrono::seconds kLongestPause{5};

// Quotas
inline constexpr std::uint64_t kLogEntries = 10'000'000;  // of one log; a larger head is not followed
inline constexpr std::uint64_t kLogBytes =
    8192 * kMiB;  // of a log one hop away; an eighth for each hop further
inline constexpr std::uint64_t kLogBytesLeast = 16 * kMiB;  // of a log however far away
inline constexpr std::uint64_t kRecordBytes = 512;  // that count for a record besides its entry and body
inline constexpr double kIntakeAtOnce = 0.25;       // of a log's bytes; then all of them in the period
inline constexpr std::chrono::hours kIntakePeriod{24 * 30};
inline constexpr double kIntakeAgain = 1 / 64.0;  // of a log's bytes; so much must be free when its rest ends
inline constexpr std::chrono::minutes kRest{1};   // how long a log that brought more is left alone

// Time
inline constexpr std::chrono::seconds kHandshakeDeadline{10};  // TLS
inline constexpr std::chrono::seconds kHelloDeadline{10};      // from TLS to Hello
inline constexpr std::chrono::seconds kPingInterval{30};
inline constexpr std::chrono::seconds kPongDeadline{20};
inline constexpr std::chrono::seconds kRequestDeadline{60};  // without any progress
inline constexpr std::chrono::minutes kBodiesDeadline{5};    // of a whole GetBodies: about 1 MiB
inline constexpr std::chrono::seconds kPacePeriod{60};       // in which a Get must bring something
inline constexpr std::size_t kPaceBytes = 64 * kKiB;         // or a part of its share of what the peer sends
inline constexpr unsigned kPaceShare = 4;                    // that is: a fourth
// How long others are asked before a peer that was too slow; doubled each time.
inline constexpr std::chrono::minutes kSlowPause{1};
inline constexpr std::chrono::minutes kSlowPauseMax{10};
inline constexpr std::chrono::hours kSlowForgotten{1};
inline constexpr std::chrono::milliseconds kAnnounceDelay{1000};  // a push comes first; then heads are told
inline constexpr std::chrono::seconds kCursorDelay{3};            // for rows that needed no sending
inline constexpr std::chrono::seconds kBusyRetry{
    1};  // until we try a peer again that has many open requests of ours
inline constexpr std::chrono::seconds kRecoveryRetry{5};  // until peers are asked again for our own log
inline constexpr std::chrono::seconds kBodyRetry{60};  // until peers that did not have a body are asked again
inline constexpr std::chrono::minutes kBodyRetryMax{10};
inline constexpr std::chrono::seconds kLookUpDeadline{10};        // of a host's addresses
inline constexpr std::size_t kLookUpsAtOnce = 64;                 // threads that wait for name servers
inline constexpr std::chrono::seconds kConnectDeadline{10};       // TCP, of each address
inline constexpr std::chrono::milliseconds kConnectStagger{250};  // until a host's next address is tried too
inline constexpr std::size_t kAddressesTried = 8;                 // of one host
inline constexpr std::chrono::milliseconds kDialBackoffMin{200};
// With a look-up and a connection that had just begun in vain, a node that can only dial is back within two
// minutes after its network.
inline constexpr std::chrono::seconds kDialBackoffMax{75};
inline constexpr std::chrono::seconds kShunnedPause{
    30};  // how often we check whether a peer that lied may be dialled again
inline constexpr std::chrono::seconds kStoreRetry{5};  // after a failed commit; then doubled
inline constexpr std::chrono::seconds kStoreRetryMax{60};
inline constexpr std::chrono::minutes kLieBackoff{
    10};  // after a peer sent what does not verify; then doubled
inline constexpr std::chrono::hours kLieBackoffMax{6};
inline constexpr std::chrono::hours kLieForgotten{24};

// When we may sign
inline constexpr std::chrono::minutes kSigningWait{
    10};  // since we asked; then more than half of the peers that have held our log suffice
inline constexpr std::chrono::minutes kFollowWait{5};  // that one peer may hold up our answers, in all
inline constexpr std::chrono::seconds kReachWait{
    20};                                             // since our start, for peers that are not connected yet
inline constexpr std::chrono::minutes kShowWait{1};  // until a head that a peer claims must be shown
inline constexpr std::chrono::seconds kSeenDelay{
    1};  // until an author is told of a head that others showed us
inline constexpr std::chrono::seconds kDisplacedWait{
    5};  // for the connection of the peer that took the place of ours
inline constexpr std::chrono::minutes kDisplacedForgotten{
    30};  // then a peer's word for it makes us ask again
inline constexpr std::chrono::hours kDisplacedForgottenAtMost{24};
inline constexpr unsigned kShowAgain = 3;  // times that a peer has kShowWait anew, after its session broke
inline constexpr std::chrono::seconds kRenewalWait{
    30};  // since we may sign, until a cosigner key that is lost is replaced: copies of us show themselves
          // first
inline constexpr std::chrono::hours kPullBack{
    1};  // without anybody who serves our own entries; then it is told

inline constexpr std::chrono::seconds kResumeJump{5};  // of the wall clock against the boot clock, at once

// Our own clock
inline constexpr std::chrono::minutes kClockSlack{1};  // a step that is believed at once
inline constexpr std::chrono::minutes kClockStands{
    10};  // how long a larger step must last before it is believed
inline constexpr std::chrono::minutes kClockOff{
    10};  // our clock is wrong if it differs by more from others, or is further behind our log
inline constexpr std::chrono::hours kClockSilence{
    24 * 30};  // since our newest entry; after more, a start waits until it has heard peers
inline constexpr std::chrono::minutes kClockHearing{1};  // how long it waits

// Dialling back: a peer asks us whether we reach it, and we ask peers
inline constexpr std::size_t kReachAddressBytes =
    262;  // (wire) HOST:PORT: a name of 255, a colon, five digits, and one to spare
inline constexpr double kReachesAtOnce = 3;                // for one peer: who mends its port tries again
inline constexpr double kReachesPerSecond = 1 / 120.0;     // afterwards
inline constexpr std::size_t kReachesUnderWay = 8;         // for all peers; more are told that we are busy
inline constexpr std::chrono::seconds kReachDeadline{20};  // until the peer is told that nobody answers
inline constexpr std::size_t kReachPeers = 3;              // whom we ask at a time
inline constexpr std::chrono::seconds kReachedWait{25};    // for their answers
inline constexpr std::chrono::minutes kReachedKept{2};     // before the same peer is asked the same again

// Network edge
inline constexpr std::size_t kPeers = 1024;
inline constexpr std::size_t kHandshakesAtOnce = 64;
inline constexpr std::size_t kHandshakesPerNetwork = 16;  // of a /24 or /64
inline constexpr std::size_t kLogsPerNode = 100000;
inline constexpr std::size_t kKnocks = 64;  // keys that knocked and are not pinned
inline constexpr std::chrono::hours kKnockForgotten{24};
inline constexpr std::chrono::seconds kUnpinnedPause{30};  // between tries at a node that has not pinned us

// Invites
inline constexpr std::size_t kJoinFrameBytes = 2 * kKiB;  // (wire) Joined; a Join without statements
// Whoever has 24 recovery words and an invite, and nothing else.
inline constexpr std::size_t kStatedFrameBytes = kMiB;  // (wire) a Join with statements
// (wire) a RecoveryAnswer: statements, entries, and evidence that the log is frozen by
inline constexpr std::size_t kRecoveryAnswerBytes = kFrameBytes;
inline constexpr std::chrono::seconds kStatementsWait{10};  // of a joiner, until the inviter has kept them
inline constexpr std::size_t kRecoveryAsks = 8;             // (wire) in one connection
inline constexpr std::size_t kRecoveryLatest = 40;          // (wire) entries that an answer shows
inline constexpr std::size_t kRecoveryLatestBytes = 256 * kKiB;  // of them; then fewer are shown
inline constexpr std::size_t kRecoveryTitleBytes = 200;          // (wire) of each title
// With the entries of the rotations that a recovery may follow, each with its proof, and of one that does not
// stand: any leaf.
static_assert(kStatements * kStatementBytes + kRecoveryLatestBytes + kEvidenceBytes +
                  kRecoveryNumber * (kStatingEntryBytes + kProofHashes * 32) + kLeafBytes + 16 * kKiB <
              kRecoveryAnswerBytes);
inline constexpr std::size_t kRecoveryLogs = 16;      // (wire) of one recovery key, that an answer names
inline constexpr std::size_t kRecoveryWalks = 4;      // walks over all logs at a time; more are refused
inline constexpr std::size_t kRecoveryWalkStep = 64;  // logs read before others have the reader
inline constexpr std::chrono::seconds kJoinDeadline{20};
inline constexpr std::chrono::hours kInviteLifetime{24 * 14};
inline constexpr std::size_t kInvites = 256;  // open at a time
// Since it was over: somebody finds an old line, and tries it.
inline constexpr std::chrono::hours kInviteRemembered{24 * 90};

// Trust
inline constexpr std::size_t kVouchAdmits = 100;  // cities admitted through any one voucher
inline constexpr std::size_t kVouches = 1000;     // of any one voucher that count
inline constexpr std::size_t kSameName = 10;      // logs of one name that a refusal lists
inline constexpr std::chrono::hours kVouchLifetime{24 * 365 * 2};
inline constexpr std::chrono::hours kGrace{
    24 * 30};  // between leaving the policy and removal, while the node runs
// In which erased bodies are kept, unread: a city whose key is stolen on a Friday evening notices it on
// Monday, and takes its log back. Longer would keep from somebody what they may demand, that a text is gone.
inline constexpr std::chrono::hours kEraseGrace{72};
inline constexpr std::uint64_t kMaxEraseGraceHours = 24 * 30;
// On a database server a table with erased bytes is written anew that long after the first of them: nobody
// reads it meanwhile.
inline constexpr std::chrono::hours kErasedRewritten{24};
// Of erased bodies of other cities, a quarter of it of any one (kLogShare). It lies there unread, so it is
// not more than an eighth of what one city may fill; and a thief who erases all of a city's notes finds room
// for 100,000 of 2 KiB.
inline constexpr std::uint64_t kEraseGraceBytes = 1024 * kMiB;
inline constexpr std::chrono::minutes kEraseGraceCounted{
    1};  // how often the node's running time is written while erased bodies are kept
inline constexpr std::chrono::minutes kLivedSaved{
    5};  // how often the node's running time is written while a grace time runs
inline constexpr std::chrono::minutes kTrustRefresh{10};
inline constexpr std::chrono::milliseconds kTrustDelay{
    100};  // between the arrival of a vouch and its effects

// Policies (C2SP tlog-policy): files that somebody gives to `koinon verify` or to `koinon audit-log`
inline constexpr std::size_t kPolicyBytes = 512 * kKiB;  // with the longer keys that are no Ed25519
inline constexpr std::size_t kPolicyLines = 4096;        // comments and empty ones included
inline constexpr std::size_t kPolicyLogs = 256;
inline constexpr std::size_t kPolicyWitnesses = 256;
inline constexpr std::size_t kPolicyGroups = 256;     // also how deep groups may stand within each other
inline constexpr std::size_t kPolicyNameBytes = 255;  // of a witness or a group
inline constexpr std::size_t kPolicyUrlBytes = 2048;
inline constexpr std::size_t kPolicyKeyBytes = 4 * kKiB;  // of a key, after its type
inline constexpr std::size_t kPolicyNamed = 10;           // cosigners that a sentence lists
// Of a policy that we write: logs, witnesses and groups each. tlog-policy asks no reader to take more.
inline constexpr std::size_t kPolicyCosigners = 32;
inline constexpr std::size_t kPolicyLabelBytes = 100;  // of a city's name in such a file

// HTTP
inline constexpr std::size_t kHttpBodyBytes = 8 * kMiB;
inline constexpr std::size_t kNoBodyBytes = 4 * kKiB;  // of a change that takes nothing
inline constexpr std::size_t kFormParts = 200;
inline constexpr std::size_t kInboxCounted = 100;  // notes looked at to tell how many are new
inline constexpr std::size_t kRemarkBytes = 2000;  // of a remark in the inbox or on a watchlist
inline constexpr std::size_t kNamesReadBytes =
    64 * kKiB;                                  // of a profile whose names of the city are read for a page
inline constexpr std::size_t kNeeds = 12;       // of one practice
inline constexpr std::size_t kNeedBytes = 500;  // one sentence
inline constexpr std::int64_t kLatestMs = 253'402'300'799'999;  // of a time to meet: the end of the year 9999
inline constexpr std::size_t kProposalsShown = 30;              // to change one note
inline constexpr std::size_t kCallTimes = 5;                    // that one city offers another
inline constexpr std::size_t kCallBytes = 64 * kKiB;            // of a call, or a reply; longer is not read
inline constexpr std::size_t kCallTextBytes = 16 * kKiB;        // of one text of ours in it
inline constexpr std::uint32_t kCallMinutesMin = 5;
inline constexpr std::uint32_t kCallMinutesMax = 7 * 24 * 60;  // a visit of a week
inline constexpr std::size_t kFaultsTold = 30;                 // of one note or form, at once
inline constexpr std::size_t kWrittenValueBytes = 100;         // of a number or a date as somebody writes it
inline constexpr std::size_t kTopicsTyped =
    300;  // in one field; more than a filter may have: too many are refused, not cut off
inline constexpr std::size_t kTopicTypedBytes = 200;        // of each
inline constexpr std::size_t kEndedFormBytes = 512 * kKiB;  // of a form whose session has ended
inline constexpr std::size_t kHttpHeaderBytes = 16 * kKiB;
inline constexpr std::size_t kHttpHeaders = 64;  // fields of one request
// Connections of visitors over TCP, and as many over the Unix socket. A visitor is an IPv4 address, or the
// /64 of an IPv6 address.
inline constexpr std::size_t kHttpConnections = 512;
inline constexpr std::size_t kHttpConnectionsPerVisitor = 64;
inline constexpr std::size_t kHttpProxyConnections = 1024;  // of each trusted proxy, for all its visitors
inline constexpr std::size_t kHttpStreams = 256;            // event streams over TCP
inline constexpr std::size_t kHttpStreamsPerVisitor = 16;
inline constexpr std::size_t kHttpChangesPerVisitor = 8;  // requests under way that may wait for a writer
// There are more threads than processors: a short request finds a free thread while long ones share the
// processors. One more thread serves the Unix socket.
inline constexpr std::size_t kReadingThreads = 8;
inline constexpr std::size_t kReadsPerVisitor = 2;  // under way at a time
inline constexpr int kReaderCacheKiB = 512;         // of pages, of each database of each of them
// How many names of languages, and how many of countries, each language of the pages keeps in memory.
inline constexpr std::size_t kNamesKept = 500;
inline constexpr std::size_t kNameKeptBytes = 35;  // of the tag or code that is asked for (RFC 5646 §4.4.1)
// Of Accept-Language where the language of a page is chosen; who sends a longer one has named none. Browsers
// send less than 200.
inline constexpr std::size_t kAcceptLanguageBytes = kKiB;
// Of the name of a time zone, as browsers send it. The longest in the IANA database has 38.
inline constexpr std::size_t kZoneNameBytes = 64;
// Of answers that are kept, to be given again to strangers who ask the same (kept_answers.h).
inline constexpr std::size_t kKeptAnswersBytes = 8 * kMiB;
// Bytes of answers on their way over TCP: to one visitor, and to all. Answers shorter than the last of these
// limits do not count.
inline constexpr std::size_t kSendingEach = 128 * kMiB;
inline constexpr std::size_t kSendingAll = 512 * kMiB;
inline constexpr std::size_t kSendingLeast = 64 * kKiB;
// Bytes of answers that are compressed. A shorter one fits in one packet of a network anyway; a longer one
// would keep a processor for too long.
inline constexpr std::size_t kCompressedLeast = kKiB;
inline constexpr std::size_t kCompressedMost = 4 * kMiB;
// Bytes of events: sent at once, and in one whole stream to somebody without an account. A browser then opens
// another stream.
inline constexpr std::size_t kStreamTurnBytes = 256 * kKiB;
inline constexpr std::size_t kStreamBytes = 16 * kMiB;
// How long a stream goes on at most after its token was revoked or its session ended. It is checked when
// events or a sign of life are sent.
inline constexpr std::chrono::seconds kStreamRecheck{5};
inline constexpr std::chrono::seconds kHttpHeaderDeadline{
    10};  // until the header is here, idle time included
inline constexpr std::chrono::seconds kHttpDeadline{30};
// Of a long body, so much at least passes within each kHttpDeadline: 1.1 Mbit/s.
inline constexpr std::size_t kHttpPieceBytes = 4 * kMiB;
inline constexpr std::size_t kAccessLogBytes = kMiB;   // of lines that wait until somebody takes them
inline constexpr std::chrono::seconds kHttpLinger{5};  // for what a refused client still sends
inline constexpr double kHttpRequestsAtOnce = 600;     // of one address without a session or token
inline constexpr double kHttpRequestsPerSecond = 200;
inline constexpr double kHttpSecondsAtOnce = 20;  // that answering such an address may take
inline constexpr double kHttpSecondsPerSecond = 0.5;
inline constexpr std::size_t kJsonDepth = 16;

// Text of others
inline constexpr std::size_t kMarkdownBytes = kMiB + 64 * kKiB;
inline constexpr std::size_t kMarkdownDepth = 100;  // quotes and lists within each other
inline constexpr std::uint64_t kMarkdownLines = 100'000;
inline constexpr std::uint64_t kMarkdownMarks = 200'000;  // of emphasis, code, entities, escapes
inline constexpr std::uint64_t kMarkdownBrackets = 100'000;
inline constexpr std::uint64_t kMarkdownSteps = 100'000'000;  // brackets times lines, summed over paragraphs
inline constexpr std::uint64_t kMarkdownCells = 200'000;      // of tables, the empty ones too
inline constexpr std::chrono::milliseconds kMarkdownDeadline{250};  // of processor time
inline constexpr std::size_t kHtmlBytes = 2 * kMiB;                 // that Markdown may become
inline constexpr std::size_t kWrittenBytes = 128 * kKiB;  // of a text that is shown as it was written
inline constexpr std::size_t kRenderedBytes = 16 * kMiB;  // rendered texts that are kept
inline constexpr std::size_t kRenderedLeast = 2 * kKiB;   // shorter texts are rendered anew

// Accounts
inline constexpr std::size_t kAccounts = 1000;
inline constexpr std::size_t kAccountNameBytes = 64;
inline constexpr std::size_t kPasswordBytesMin = 10;
inline constexpr std::size_t kPasswordBytes = 256;
inline constexpr std::size_t kCredentials = 100;  // tokens, and feed addresses, of one account
inline constexpr double kLoginsAtOnce = 5;        // failed logins, of one account and of one address
inline constexpr double kLoginsPerSecond = 1 / 60.0;
inline constexpr std::size_t kPasswordChecks = 8;  // that wait at a time
inline constexpr std::size_t kThrottled = 10'000;  // names and addresses that are remembered
inline constexpr std::chrono::hours kSessionLifetime{24 * 7};
inline constexpr std::chrono::hours kOneTimeLifetime{24 * 7};
inline constexpr std::size_t kDrafts = 1000;  // of one account
inline constexpr std::size_t kDraftsSearched =
    64 * kMiB;                                // of their text; searched for drafts that name an erased note
inline constexpr std::size_t kHeld = 10'000;  // that wait to be signed
inline constexpr std::size_t kHeldEach = 1'000;  // of one account
inline constexpr std::chrono::hours kHeldShown{24 *
                                               30};  // how long its outcome is shown, then it is forgotten
inline constexpr std::size_t kAuditLines = 100'000;
inline constexpr std::chrono::hours kAuditAge{24 * 400};
// Refused tries that leave a line each, of one account in an hour. More are only counted: a token that leaked
// must not push all older lines out.
inline constexpr unsigned kRefusalLines = 200;
inline constexpr std::size_t kAuditFieldBytes = 300;
// How long the index may be behind, or stand still, until the node is not ready: a rebuild of some hundred
// thousand notes is over by then.
inline constexpr std::chrono::milliseconds kIndexHopeless = std::chrono::minutes(10);
inline constexpr std::chrono::minutes kHoldMost{60 * 24 * 366};
inline constexpr std::size_t kWatched = 1000;
inline constexpr std::size_t kWorksheets = 500;                // that one account wrote last
inline constexpr std::size_t kWorksheetBytes = 64 * kKiB;      // of one worksheet, as JSON
inline constexpr std::size_t kWorksheetRemarkBytes = 500;      // one line, of one need
inline constexpr std::size_t kWorksheetTextBytes = 16 * kKiB;  // of the plan, and of what is changed

// Feeds, search, what is sent
inline constexpr std::size_t kFeedItems = 50;
inline constexpr std::size_t kFeedNoteBytes = 64 * kKiB;  // of a note's Markdown in a feed
inline constexpr std::size_t kReferring = 1000;           // records that refer to one
inline constexpr std::size_t kReferringBytes =
    4 * kMiB;                                      // of bodies, read to show which records refer to one
inline constexpr std::size_t kStoryRecords = 300;  // looked at to tell what came of a practice
inline constexpr std::size_t kStoryChoice = 200;   // newest adoptions, to choose whose story is told
inline constexpr std::size_t kSearchPage = 20;
inline constexpr std::size_t kSearchPageMax = 100;
inline constexpr std::size_t kActivityBeside = 8;   // notes that are shown beside practices
inline constexpr std::size_t kSearchHits = 10'000;  // ranked and counted
// Hits that the filter leaves out. Then the search stops.
inline constexpr std::uint64_t kSearchPassedOver = 100'000;
inline constexpr std::size_t kImportRows = 500;  // of one request
inline constexpr std::size_t kTableHeaderBytes =
    64 * kKiB;  // in which the separator of a table is looked for
inline constexpr std::uint64_t kWorkbookBytes = 256 * kMiB;  // of XML in a workbook, all parts together
inline constexpr std::size_t kWorkbookColumns = 256;         // that have text, of a sheet
inline constexpr std::size_t kWebhooks = 100;
inline constexpr std::size_t kWebhookUrlBytes = 2000;
inline constexpr unsigned kSendAttempts = 12;
inline constexpr std::chrono::seconds kSendDeadline{20};
inline constexpr std::chrono::seconds kSendBackoff{5};  // then doubled
inline constexpr std::chrono::hours kSendBackoffMax{12};
inline constexpr std::size_t kSendsAtOnce = 16;
inline constexpr std::size_t kSendsEach = 12;  // of these: messages of webhooks, and as many mails
// A message to the office's receivers fails that was tried so often in vain, or given up since so long ago.
inline constexpr unsigned kFailedAttempts = 3;
inline constexpr std::int64_t kFailedForMs = 24 * 3'600'000LL;
inline constexpr std::size_t kDeliveriesWaiting =
    1'000;  // of one webhook; later ones are made from the arrivals
inline constexpr std::uint64_t kSentKept =
    100'000;  // deliveries that were sent or given up, and as many mails
// To one person, and one digest more. Further notes for the office come together in one mail after the hour.
// Further digests come in the next hour.
inline constexpr unsigned kMailsPerHour = 6;
inline constexpr std::chrono::hours kSendForgotten{24 * 30};
inline constexpr std::size_t kDigests = 50;       // of one account
inline constexpr std::size_t kDigestItems = 100;  // in one mail
inline constexpr std::size_t kFollowUps = 50;     // adoptions about which one page or mail asks how they go
// How many mails one digest may fill. The last of them says where the rest is.
inline constexpr unsigned kDigestMails = 24;
// The client of witnesses. Their lines stand behind those that kHeadNoteLines bounds: a proof, or a
// checkpoint that we serve, of our own log has up to 24 lines: one of the log, kCosignatures and kWitnesses.
// Such a note never goes to peers, and we read more: kNoteSignatures.
inline constexpr std::size_t kWitnesses = 8;          // that the configuration may name
inline constexpr std::size_t kWitnessUrlBytes = 500;  // without add-checkpoint
// Of an answer: lines of some keys, those of post-quantum ones too, which have nearly 5 kB each.
inline constexpr std::size_t kWitnessAnswerBytes = 16 * kKiB;
inline constexpr std::size_t kWitnessAnswerLines = 16;
inline constexpr std::chrono::seconds kWitnessDeadline{20};  // of one request
// Our head that goes to witnesses changes at most so often. So they sign the same head, however often we
// publish, and no witness is asked more often.
inline constexpr std::chrono::seconds kWitnessRound{10};
inline constexpr std::chrono::seconds kWitnessBackoff{5};  // after a failure, then doubled
inline constexpr std::chrono::minutes kWitnessBackoffMax{15};
// For a witness that does not know our log, or our key of it: somebody must register them there.
inline constexpr std::chrono::minutes kWitnessLongPause{15};
inline constexpr unsigned kWitnessCalibrations = 3;         // answers 409 in a row that are followed at once
inline constexpr std::chrono::seconds kWitnessLook{60};     // between looks for a head that nobody told of
inline constexpr std::size_t kWitnessedHeads = 8;           // of our log that are kept with witnesses' lines
inline constexpr std::size_t kWitnessedBytes = 256 * kKiB;  // of them as they are kept
inline constexpr std::size_t kPageSize = 100;
inline constexpr std::size_t kPageSizeMax = 1000;
inline constexpr std::size_t kListBytes = 2 * kMiB;  // of JSON in one page of a list, at least one item
inline constexpr std::size_t kFeedBytes =
    2 * kMiB;  // of HTML in one feed; further notes give their summary alone
inline constexpr std::size_t kRepliesBytes =
    kMiB;  // of HTML of what others say, on the page of a note; further texts are shown by their title
inline constexpr std::size_t kSearchWords = 32;
inline constexpr std::size_t kSearchBytes = 1024;
inline constexpr std::size_t kIndexedTitleBytes = 300;  // of what lists, feeds and messages show
inline constexpr std::size_t kIndexedSummaryBytes = 2 * kKiB;
// How much of a text is read to make an excerpt.
inline constexpr std::size_t kHighlightBytes = 64 * kKiB;
// Under how many levels above its topic a note is listed: a note on a/b/c is listed under a and a/b too.
inline constexpr std::size_t kTopicLevels = 4;
// How many topics one city may bring that nobody had before, those above them included. Further ones are not
// searchable. They are kept in memory.
inline constexpr std::size_t kTopicsOfCity = 1000;
// Agreements that practices serve, which are kept in memory too: how many of one note, how much of each name,
// and how many names a city may bring that nobody had before.
inline constexpr std::size_t kAgreementsOfNote = 16;
inline constexpr std::size_t kAgreementBytes = 160;
inline constexpr std::size_t kAgreementsOfCity = 200;
// Who learned from whom. How many adoptions are looked at, the newest; how many rows and columns a matrix
// has, and as many lines a map; what is beyond is summed or counted.
inline constexpr std::size_t kTies = 200'000;
inline constexpr std::size_t kTieAxis = 40;
inline constexpr std::size_t kTieLines = 400;
inline constexpr std::size_t kTieChoices =
    60;  // countries, topics and agreements that are offered to filter by
inline constexpr std::size_t kTieExport = kPageSizeMax;  // in one part of a table; everybody may ask for it
inline constexpr std::size_t kMapTies = 100;             // that are listed beside a map
inline constexpr std::size_t kPeopleSaid = 20;  // notes that say in words whom they reached, which are quoted
inline constexpr std::size_t kTiedPractices = 12;  // that a briefing tells in a sentence each
// How many topics one word may stand for. If more are called so, it stands for the first ones.
inline constexpr std::size_t kTopicsOfSearchWord = 8;
// Typing errors. How many different words of a note are kept for them, how many a city may bring that nobody
// had before (each takes some 200 bytes of the index), how many words are offered for a mistyped one, how
// many words with the same number are looked at, and how many words of a search are mended.
inline constexpr std::size_t kWordsOfNote = 2000;
inline constexpr std::size_t kWordsOfCity = 50'000;
inline constexpr std::size_t kNearWords = 4;
inline constexpr std::size_t kWordsOfForm = 16;
inline constexpr std::size_t kMendedWords = 8;
// Cities by name. How many names of a profile are kept, how much of each, and at how many of its characters
// what is typed may begin (each takes some 100 bytes of the index).
inline constexpr std::size_t kCityNames = 64;
inline constexpr std::size_t kCityNameBytes = 160;
inline constexpr std::size_t kCityNameBegins = 40;

// Storage
inline constexpr std::size_t kEpochs = 1000;  // starts of a node that its store knows, 40 bytes each
inline constexpr std::size_t kWriteGroup =
    64;  // intents or drafts in one transaction; our own entries wait for one such group
inline constexpr std::chrono::seconds kLeasePause{1};   // in which a writer on a server says that it lives
inline constexpr std::chrono::seconds kWriterPause{5};  // between tries of what could not be written
inline constexpr std::chrono::seconds kWriterQuietPause{60};  // between looks at what a grace time keeps
// Of a log that was taken back, in one step: records that go or whose texts come back, and their bytes.
// Others write between two steps.
inline constexpr std::size_t kRecoveryStepRecords = 4096;
inline constexpr std::uint64_t kRecoveryStepBytes = 8 * kMiB;
// Void entries of one index that a name is looked for among, the newest first. Each recovery leaves one there
// at most, and a log has no more than kStatements.
inline constexpr std::size_t kVoidsOfPlace = 100;
// A quota of the store below this is refused: an empty store has half of it.
inline constexpr std::uint64_t kStoreLeast = kMiB;
inline constexpr std::uint64_t kDiskReserve = 1024 * kMiB;  // of the disk, kept for our own log
inline constexpr std::uint64_t kReserveForEntries = 4;  // a quarter of it, to which no file of our own comes
inline constexpr std::uint64_t kTransitBytes = 256 * kMiB;  // of bodies held for peers only
inline constexpr std::chrono::hours kTransitAge{24 * 30};
// One city's share of the bodies held for peers, and of the files that nobody asked for by hand: a quarter,
// but room for at least one body or file of the largest size.
inline constexpr std::uint64_t kLogShare = 4;
// Backups. A file of the node is cut into chunks; a list has the names of some chunks, a manifest those of
// the lists.
inline constexpr std::size_t kBackupChunkBytes = 64 * kKiB;
inline constexpr std::size_t kBackupListNames = kBackupChunkBytes / 32;
inline constexpr std::size_t kBackupManifestBytes = 16 * kMiB;  // some 25 TiB of files
inline constexpr std::size_t kBackupFiles = 64;
inline constexpr std::size_t kBackupPathBytes = 64;
inline constexpr std::size_t kBackupSlots = 65536;  // of a backup to a public key, one a run
inline constexpr std::size_t kBackupSlotBytes = 1024;
inline constexpr std::uint64_t kBackupNamesBytes = 256 * kMiB;  // names of all chunks of one backup
inline constexpr std::uint64_t kBackupNodeRoom = 128 * kMiB;    // free on the node's disk, or a run ends
inline constexpr std::size_t kBackupKeyFileBytes = 64 * kKiB;   // a key file or configuration that is copied
inline constexpr std::size_t kFsckLines = 10'000;  // that are kept to be told; the others are counted
// koinon audit-log: a log that is followed over HTTP.
inline constexpr std::size_t kAuditStateBytes = 2 * kMiB;  // its head and its keys, in base64
inline constexpr std::size_t kAuditUrlBytes = 2000;
inline constexpr std::size_t kAuditKeys = 64;  // that somebody names
inline constexpr unsigned kAuditAsks = 3;      // times, before a wrong answer counts as the log's
inline constexpr unsigned kAuditTries = 6;     // of a request that fails
inline constexpr std::chrono::milliseconds kAuditBackoff{250};  // then doubled
inline constexpr std::chrono::milliseconds kAuditBackoffMax{8000};
inline constexpr std::chrono::seconds kAuditDeadline{
    60};                                           // of a whole request; the largest bundle has 16 MiB
inline constexpr long kAuditRedirects = 3;         // of a request
inline constexpr unsigned kAuditSaveBundles = 16;  // read between two writes of the state
inline constexpr std::chrono::minutes kAuditQuorumWait{60};  // for which heads may lack cosignatures
inline constexpr std::uint64_t kMaxLogSize = std::uint64_t{1} << 40;
// The mark in etcd. Each signature waits for it, and the writer with it.
inline constexpr std::chrono::milliseconds kEtcdConnect{1000};   // to one address
inline constexpr std::chrono::milliseconds kEtcdRequest{2000};   // whole, at one address
inline constexpr std::chrono::milliseconds kEtcdDeadline{3000};  // at all of them: it may choose a leader
inline constexpr std::chrono::milliseconds kEtcdPause{100};      // until all are tried again
// After a request that failed the next ones fail at once: what waits to be written is not held up by each.
inline constexpr std::chrono::milliseconds kEtcdRest{2000};
inline constexpr std::size_t kEtcdAnswerBytes = 64 * kKiB;  // a mark has less than one
inline constexpr unsigned kEtcdTries = 3;  // of a change that others, or we, got in the way of

// Witnessing for other systems (C2SP tlog-witness)
inline constexpr std::size_t kWitnessProofHashes = 63;                      // of the specification
inline constexpr std::size_t kWitnessRequestBytes = kNoteBytes + 4 * kKiB;  // of an add-checkpoint
inline constexpr std::size_t kWitnessListBytes = 4 * kMiB;                  // a list of logs
inline constexpr std::size_t kWitnessLogs = 10'000;                         // of all lists
inline constexpr std::size_t kWitnessKeys = 8;                              // of one log
inline constexpr std::size_t kOriginBytes =
    255;  // (wire) post-quantum cosignatures give it a one-byte length
inline constexpr std::size_t kWitnessWarnings = 20;  // of each list that are told; the others are counted
// How many heads of a log are cosigned at once, then in a second, unless its list or the operator says less.
inline constexpr unsigned kWitnessAtOnce = 60;
inline constexpr unsigned kWitnessPerSecond = 5;
inline constexpr unsigned kWitnessPerSecondMost = 1000;

}  // namespace koinon::limits
