#include "engine/error.hpp"

#include <doctest/doctest.h>

#include <cerrno>
#include <set>
#include <string>

namespace millrace::testing {
namespace {

using engine::error;
using engine::error_code;

constexpr int last = static_cast<int>(error::socket_closed);

TEST_CASE("Every error has a sentence of its own") {
  std::set<std::string> sentences;
  for (int value = 0; value <= last; ++value) {
    const auto sentence = error_code(value, engine::category()).message();
    CAPTURE(value);
    CHECK(sentence.size() > 5);
    CHECK(sentences.insert(sentence).second);
  }
}

TEST_CASE("Every error has a name that programs can compare with") {
  for (int value = 1; value <= last; ++value) {
    CAPTURE(value);
    const auto* const name = engine::stable_name({value, engine::category()});
    REQUIRE(name != nullptr);
    CHECK(std::string(name).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string::npos);
  }
}

TEST_CASE("The names of disconnect reasons are those of the manual") {
  CHECK(std::string("PEER_CLOSED") == engine::stable_name(error::peer_closed));
  CHECK(std::string("LOCAL_CLOSED") == engine::stable_name(error::local_closed));
  CHECK(std::string("EMSGSIZE") == engine::stable_name(error::message_too_long));
  CHECK(std::string("PROTOCOL") == engine::stable_name(error::protocol));
  CHECK(std::string("TIMEOUT") == engine::stable_name(error::timeout));
  CHECK(std::string("BACKPRESSURE") == engine::stable_name(error::backpressure));
  CHECK(std::string("RESOURCES") == engine::stable_name(error::resources));
}

TEST_CASE("Whatever is wrong with an endpoint, the name of the error is the same") {
  for (const auto value :
       {error::endpoint_without_transport, error::endpoint_with_unknown_transport,
        error::endpoint_without_host, error::endpoint_with_bad_host, error::endpoint_with_bad_port,
        error::endpoint_with_path, error::wildcard_to_connect_to, error::endpoint_without_path,
        error::endpoint_with_relative_path, error::endpoint_with_nul,
        error::endpoint_with_long_path}) {
    CHECK(std::string("ERR_MILLRACE_INVALID_ENDPOINT") == engine::stable_name(value));
  }
}

TEST_CASE("The last error stands in the last row of the table") {
  CHECK(std::string("ERR_MILLRACE_CLOSED") == engine::stable_name(error::socket_closed));
  CHECK(std::string("ERR_MILLRACE_ROUTING_ID_IN_USE") ==
        engine::stable_name(error::routing_id_in_use));
}

TEST_CASE("An error of the system keeps its errno and has no name of ours") {
  const error_code refused(ECONNREFUSED, boost::system::system_category());
  CHECK(refused.value() == ECONNREFUSED);
  CHECK(engine::stable_name(refused) == nullptr);
  CHECK(engine::stable_name({}) == nullptr);
}

TEST_CASE("An error of ours is never equal to one of the system") {
  const error_code ours = error::peer_closed;
  CHECK(ours != error_code(ours.value(), boost::system::system_category()));
  CHECK(ours.failed());
}

}  // namespace
}  // namespace millrace::testing
