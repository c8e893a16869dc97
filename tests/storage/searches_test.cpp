// Searches as people type them, over notes in many languages: how many find their note, and how many find it
// first.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/storage/indexed_library.h"

namespace koinon::test::searches_test {
namespace {

// Searches over sixty notes; each note is looked for by its own language's words.
class Searches : public IndexedLibrary {
 protected:
  struct Score {
    int found = 0, first = 0, asked = 0;
    double precision = 0;
  };

  static std::vector<std::vector<std::string>> rows(const std::string& file) {
    std::vector<std::vector<std::string>> out;
    std::ifstream in(std::string(KOINON_SEARCH_DATA) + "/" + file);
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with('#')) continue;
      auto& row = out.emplace_back();
      for (std::size_t begin = 0; begin <= line.size();) {
        const auto end = std::min(line.find('\t', begin), line.size());
        row.push_back(line.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    return out;
  }

  // Prints what each language's searches found.
  Score measure(const std::string& corpus, const std::string& queries) {
    std::map<std::string, std::uint64_t> wanted;  // language and subject: entry
    for (const auto& row : rows(corpus))
      wanted[row.at(1) + row.at(0)] = add(seoul, practice(row.at(3), row.at(4), row.at(1), row.at(2))).value;
    EXPECT_EQ(wanted.size(), 60U);
    std::map<std::string, Score> scores;
    Score all;
    for (const auto& row : rows(queries)) {
      const auto hits = found(row.at(1));
      const std::uint64_t target = wanted.at(row.at(0) + row.at(2));
      std::set<std::uint64_t> subject;  // in whichever language
      for (const auto& [name, entry] : wanted) {
        if (name.substr(2) == row.at(2)) subject.insert(entry);
      }
      const bool here = std::find(hits.begin(), hits.end(), target) != hits.end();
      const bool first = !hits.empty() && hits.front() == target;
      double right = 0;
      for (const auto hit : hits) right += subject.contains(hit) ? 1 : 0;
      for (Score* score : {&scores[row.at(0)], &all}) {
        ++score->asked;
        score->found += here ? 1 : 0;
        score->first += first ? 1 : 0;
        score->precision += hits.empty() ? 0 : right / static_cast<double>(hits.size());
      }
      if (!here || !first)
        std::cout << "  " << row.at(0) << " \"" << row.at(1) << "\": " << (here ? "not first" : "not found")
                  << "\n";
    }
    for (const auto& [language, score] : scores) {
      std::cout << language << ": found " << score.found << " of " << score.asked << ", first " << score.first
                << ", precision " << score.precision / score.asked << "\n";
    }
    std::cout << "all: recall " << all.found / 60.0 << ", first " << all.first / 60.0 << ", precision "
              << all.precision / 60 << "\n";
    return all;
  }
};

TEST_F(Searches, SixtyInSixLanguages) {
  const Score all = measure("corpus.tsv", "queries.tsv");
  ASSERT_EQ(all.asked, 60);
  EXPECT_GE(all.found, 57);
  EXPECT_GE(all.first, 57);
  EXPECT_GE(all.precision / 60, 0.94);
}

// How do we …? With typing errors, and in letters as people type them who do not have others. A sentence
// shows whatever has some of its words, so only what is found and what is first counts.
TEST_F(Searches, SixtySentencesInTenLanguages) {
  const Score all = measure("corpus_sentences.tsv", "queries_sentences.tsv");
  ASSERT_EQ(all.asked, 60);
  EXPECT_GE(all.found, 57);
  EXPECT_GE(all.first, 54);
}

}  // namespace
}  // namespace koinon::test::searches_test
