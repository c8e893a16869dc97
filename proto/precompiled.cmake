# Headers of others that most sources read, translated once: reading them took more than half of the time of a build.
# Our own headers are not among them, so that a change of one builds anew what includes it and no more.
#
#   koinon_precompile(koinon_engine formats)   what the standard library, Protocol Buffers and our records need
#   koinon_precompile(koinon_api node)         also Asio and JSON
#   koinon_precompile(engine_tests tests)      also GoogleTest
#
# A source includes all that it uses nonetheless: the build with KOINON_PRECOMPILE=OFF (preset tsan) shows what is missing.
option(KOINON_PRECOMPILE "Translate the headers of others once" ON)

set(PRECOMPILED_formats
  <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <cstring> <deque> <filesystem> <functional> <map> <memory>
  <mutex> <optional> <set> <span> <sstream> <string> <string_view> <tuple> <type_traits> <unordered_map> <unordered_set>
  <utility> <variant> <vector>
  <koinon/v1/record.pb.h> <koinon/v1/wire.pb.h>)
set(PRECOMPILED_node
  ${PRECOMPILED_formats}
  <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp>
  <boost/asio/post.hpp> <boost/asio/steady_timer.hpp> <boost/asio/thread_pool.hpp> <boost/asio/use_awaitable.hpp>
  <boost/json.hpp>)
set(PRECOMPILED_tests ${PRECOMPILED_node} <gtest/gtest.h>)

function(koinon_precompile target headers)
  if(NOT KOINON_PRECOMPILE)
    return()
  endif()
  set(source koinon_precompiled_${headers})
  if(NOT TARGET ${source})
    file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/${source}.cpp CONTENT "// Only headers.\n")
    add_library(${source} OBJECT ${PROJECT_BINARY_DIR}/${source}.cpp)
    target_link_libraries(${source} PRIVATE koinon_messages Boost::headers Boost::json Threads::Threads)
    if(headers STREQUAL tests)
      target_link_libraries(${source} PRIVATE GTest::gtest)
      target_compile_options(${source} PRIVATE ${KOINON_TEST_OPTIONS})
    endif()
    target_precompile_headers(${source} PRIVATE ${PRECOMPILED_${headers}})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${source})
endfunction()
