#include "engine/transport/listening_socket.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "helpers/fresh_folder.hpp"

// Where a socket listens: ports that are shared, files of unix sockets, descriptors of others.
namespace millrace::testing {
namespace {

using engine::descriptor;
using engine::error;
using engine::listen_options;
using engine::listening_socket;
using engine::stream_address;
using errc = boost::system::errc::errc_t;

auto open_at(const stream_address& where, const listen_options& how = {}) {
  return engine::open_listening(where, how, 60'000);
}

auto open_file(const std::string& path, const listen_options& how = {}) {
  return open_at(engine::unix_address(path), how);
}

stream_address loopback_port(std::uint16_t port = 0) {
  return engine::tcp_address(boost::asio::ip::address_v4::loopback(), port);
}

std::optional<mode_t> mode_of(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 ? std::optional(found.st_mode & 0777) : std::nullopt;
}

bool exists(const std::string& path) { return mode_of(path).has_value(); }

// A socket file whose owner has gone without a word.
void leave_stale_file(const std::string& path) {
  const descriptor left(::socket(AF_UNIX, SOCK_STREAM, 0));
  const auto address = engine::unix_address(path);
  REQUIRE(::bind(left.get(), address.data(), static_cast<socklen_t>(address.size())) == 0);
}

struct with_umask {
  explicit with_umask(mode_t mask) : before(::umask(mask)) {}
  with_umask(const with_umask&) = delete;
  with_umask& operator=(const with_umask&) = delete;
  ~with_umask() { ::umask(before); }
  mode_t before;
};

TEST_CASE("The file of a unix socket has the mode that is asked for, whatever the umask") {
  const fresh_folder folder;
  for (const mode_t mask : {0000, 0022, 0077, 0777}) {
    const with_umask masked(mask);
    for (const mode_t mode : {0600, 0660, 0666, 0777, 0000}) {
      const auto path = folder.file("mode");
      const auto opened = open_file(path, {.mode = mode});
      REQUIRE(opened.has_value());
      CHECK(mode_of(path) == mode);
    }
  }
  CHECK(open_file(folder.file("default")).has_value());
}

TEST_CASE("A unix socket is its owner's alone by default") {
  const fresh_folder folder;
  const auto opened = open_file(folder.file("socket"));
  CHECK(mode_of(folder.file("socket")) == 0600);
}

TEST_CASE("The file goes with the socket") {
  const fresh_folder folder;
  const auto path = folder.file("socket");
  {
    auto opened = open_file(path);
    REQUIRE(opened.has_value());
    const listening_socket moved = std::move(*opened);
    CHECK(exists(path));
  }
  CHECK(folder.files() == 0);
}

TEST_CASE("A file that has taken the place of the own one stays") {
  const fresh_folder folder;
  const auto path = folder.file("socket");
  std::optional<listening_socket> first(std::move(*open_file(path)));
  REQUIRE(::unlink(path.c_str()) == 0);
  const auto second = open_file(path);
  REQUIRE(second.has_value());
  first.reset();
  CHECK(exists(path));
}

TEST_CASE("A stale file is replaced") {
  const fresh_folder folder;
  const auto path = folder.file("socket");
  leave_stale_file(path);
  const auto opened = open_file(path);
  REQUIRE(opened.has_value());
  CHECK(engine::open_connecting(engine::unix_address(path), 0).has_value());
  CHECK(folder.files() == 1);
}

TEST_CASE(
    "A file that is in use is left alone: not yet listening, listening, or with a full queue") {
  const fresh_folder folder;
  const auto path = folder.file("socket");
  const auto address = engine::unix_address(path);
  const descriptor other(::socket(AF_UNIX, SOCK_STREAM, 0));
  REQUIRE(::bind(other.get(), address.data(), static_cast<socklen_t>(address.size())) == 0);
  CHECK(open_file(path).error() == errc::address_in_use);
  REQUIRE(::listen(other.get(), 0) == 0);
  CHECK(open_file(path).error() == errc::address_in_use);
  const auto first = engine::open_connecting(address, 0);
  REQUIRE(first.has_value());
  CHECK(engine::open_connecting(address, 0).error() == errc::resource_unavailable_try_again);
  CHECK(open_file(path).error() == errc::address_in_use);
  CHECK(folder.files() == 1);
}

TEST_CASE("What is no socket is left alone") {
  const fresh_folder folder;
  const auto path = folder.file("file");
  std::ofstream(path) << "text";
  CHECK(open_file(path).error() == errc::address_in_use);
  REQUIRE(::symlink("nowhere", folder.file("link").c_str()) == 0);
  CHECK(open_file(folder.file("link")).error() == errc::address_in_use);
  REQUIRE(::mkdir(folder.file("folder").c_str(), 0700) == 0);
  CHECK(open_file(folder.file("folder")).error() == errc::address_in_use);
  CHECK(folder.files() == 3);
}

TEST_CASE("The stale file of somebody else is left alone") {
  const fresh_folder folder;
  const auto path = folder.file("socket");
  leave_stale_file(path);
  if (::chown(path.c_str(), 1, static_cast<gid_t>(-1)) == 0) {  // root alone can give it away
    CHECK(open_file(path).error() == errc::address_in_use);
    CHECK(exists(path));
  }
}

TEST_CASE("An abstract name has no file and is free again with its socket") {
  const auto name = "@millrace-test-" + std::to_string(::getpid());
  {
    const auto opened = open_file(name);
    REQUIRE(opened.has_value());
    CHECK(engine::to_text(engine::bound_address(opened->listening.get())) == "ipc://" + name);
    CHECK(open_file(name).error() == errc::address_in_use);
  }
  CHECK(open_file(name).has_value());
}

TEST_CASE("A port is shared by those who all want that") {
  const auto first = open_at(loopback_port(), {.reuse_port = true});
  REQUIRE(first.has_value());
  const auto where = engine::bound_address(first->listening.get());
  CHECK(open_at(where, {.reuse_port = true}).has_value());
  CHECK(open_at(where).error() == errc::address_in_use);
}

TEST_CASE("A descriptor that listens is taken over") {
  const fresh_folder folder;
  for (const auto& where : {loopback_port(), engine::unix_address(folder.file("socket"))}) {
    auto made = open_at(where);
    REQUIRE(made.has_value());
    const int value = ::dup(made->listening.get());
    REQUIRE(::fcntl(value, F_SETFL, 0) == 0);
    {
      const auto adopted = open_at(where, {.adopted = value});
      REQUIRE(adopted.has_value());
      CHECK(adopted->listening.get() == value);
      CHECK((::fcntl(value, F_GETFL) & O_NONBLOCK) != 0);
      CHECK((::fcntl(value, F_GETFD) & FD_CLOEXEC) != 0);
    }
    CHECK(::fcntl(value, F_GETFD) < 0);
  }
}

TEST_CASE("The file of a descriptor that was taken over is not ours to remove") {
  const fresh_folder folder;
  const auto made = open_file(folder.file("socket"));
  { const auto adopted = open_file("/", {.adopted = ::dup(made->listening.get())}); }
  CHECK(folder.files() == 1);
}

TEST_CASE("A descriptor that cannot be used is refused and left open") {
  const fresh_folder folder;
  const auto tcp = open_at(loopback_port());
  const auto file = open_file(folder.file("socket"));
  const descriptor idle(::socket(AF_INET, SOCK_STREAM, 0));
  const descriptor datagram(::socket(AF_INET, SOCK_DGRAM, 0));
  const descriptor no_socket(::open("/dev/null", O_RDONLY));
  const auto refusal = [](const stream_address& where, int value) {
    return open_at(where, {.adopted = value}).error();
  };
  const auto unix_place = engine::unix_address("/unused");
  CHECK(refusal(loopback_port(), 1'000'000) == errc::bad_file_descriptor);
  CHECK(refusal(loopback_port(), no_socket.get()) == errc::not_a_socket);
  CHECK(refusal(loopback_port(), idle.get()) == error::descriptor_not_listening);
  CHECK(refusal(loopback_port(), datagram.get()) == error::descriptor_of_other_transport);
  CHECK(refusal(loopback_port(), file->listening.get()) == error::descriptor_of_other_transport);
  CHECK(refusal(unix_place, tcp->listening.get()) == error::descriptor_of_other_transport);
  for (const int value : {idle.get(), no_socket.get(), tcp->listening.get()}) {
    CHECK(::fcntl(value, F_GETFD) >= 0);
  }
}

}  // namespace
}  // namespace millrace::testing
