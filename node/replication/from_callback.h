// Awaits what another thread answers by a callback; the coroutine resumes on its own executor. There is no
// deadline: whoever begins the work sees to it that the answer comes.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace koinon {

// Begins the work and is given what to call once, from any thread, with the answer.
template <typename T>
using Beginning = std::function<void(std::function<void(T)>)>;

template <typename T>
boost::asio::awaitable<T> from_callback(Beginning<T> begin) {
  const auto executor = co_await boost::asio::this_coro::executor;
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      [begin, executor](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begin([shared, executor](T value) {
          boost::asio::post(executor,
                            [shared, value = std::move(value)]() mutable { (*shared)(std::move(value)); });
        });
      },
      boost::asio::use_awaitable);
}

}  // namespace koinon
