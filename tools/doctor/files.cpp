#include "tools/doctor/files.h"

namespace koinon::doctor {
namespace {

void check_database(const FileFacts& facts, const FileFacts::File& file, Findings& out) {
  const bool reached = (facts.folder_mode & 011) != 0;
  const bool others = reached && (file.mode & 077) != 0;
  if (others)
    out.push_back(
        {Weight::kProblem, "files.database_loose", "Other users may read " + file.path + ".",
         "It has notes of an office that nobody has published yet, or hashes of passwords and tokens.",
         "chmod 600 " + file.path + "; chmod 700 " + facts.folder + "."});
  if ((file.mode & 0600) != 0600)
    out.push_back({Weight::kProblem, "files.database_closed",
                   file.path + " cannot be read and written by its own user.",
                   "koinond does not start, or stops at what it writes next.",
                   "chmod 600 " + file.path + "."});
  if (file.foreign)
    out.push_back({Weight::kProblem, "files.owner", file.path + " belongs to another user than its folder.",
                   "koinond cannot write to it: somebody ran koinon or koinond as another user.",
                   "chown -R " + facts.owner + ": " + facts.folder +
                       ", and run koinon commands as that user or as root."});
}

void check_secret(const FileFacts::Secret& secret, Findings& out) {
  if (secret.loose) {
    out.push_back(
        {Weight::kProblem, "files.secret_loose",
         secret.path + " (" + secret.key + ") is open to other users.",
         "Whoever has this secret can act as the node or its users. koinond does not start with it.",
         "chmod 600 " + secret.path +
             ", owned by the node's user; or 640, owned by root and with the node's group. Then "
             "make a new secret."});
  } else {
    out.push_back({Weight::kProblem, "files.secret", secret.key + " does not serve: " + secret.fault + ".",
                   "koinond does not start.", "Make the file, or mend its path, owner and modes."});
  }
}

}  // namespace

Findings check(const FileFacts& facts) {
  Findings out;
  if ((facts.folder_mode & 027) != 0)
    out.push_back(
        {Weight::kWarning, "files.folder_loose",
         "The data folder " + facts.folder + " is open to users beyond its group.",
         "Its files guard themselves; one that is made with loose modes one day would not.",
         "chmod 750 " + facts.folder + "; or 700, where nobody but the node's user is an operator."});
  if (!facts.service_user.empty() && facts.service_user != facts.owner)
    out.push_back({Weight::kProblem, "files.owner",
                   "The data folder " + facts.folder + " belongs to the user " + facts.owner +
                       ", and its service runs as the user " + facts.service_user + ".",
                   "koinond does not start: it may not use the folder. So it is after files were put back "
                   "as root.",
                   "chown -R " + facts.service_user + ": " + facts.folder + "."});
  if (!facts.folder_writable)
    out.push_back({Weight::kProblem, "files.folder_closed",
                   "The data folder " + facts.folder + " cannot be written to by its own user.",
                   "koinond does not start.", "chmod u+rwx " + facts.folder + "."});
  for (const FileFacts::File& file : facts.databases) check_database(facts, file, out);
  for (const std::string& path : facts.broken)
    out.push_back({Weight::kProblem, "files.broken", path + " is no database any more.",
                   "The disk or a copy has damaged it.",
                   "index.db: move it away, it is made anew at the start. Others: RUNBOOK, \"Restore\"."});
  for (const FileFacts::Secret& secret : facts.secrets) check_secret(secret, out);
  return out;
}

}  // namespace koinon::doctor
