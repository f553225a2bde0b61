//===- Result.h - a value or an error -------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `Result<T>` is how a library function of Tilewright fails: it holds a `T` or
// an `Error`. Libraries never print or abort.
//
//     Result<Tensor> readNpy(const std::string &path);
//     ...
//     Result<Tensor> t = readNpy("x.npy");
//     if (!t)
//       return t.error();            // converts to any Result<U>
//     use(*t);
//
// `Status` is a Result without a value. Use `Status::success()` or an Error.
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_SUPPORT_RESULT_H
#define TILEWRIGHT_SUPPORT_RESULT_H

#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace tilewright {

/// A failure: a message that names the thing at fault and says what to do.
struct Error {
  std::string message;

  /// The same error seen from further out: "context: message".
  Error in(const std::string &context) const {
    return Error{context + ": " + message};
  }
};

/// Builds an Error from streamable pieces: `error("expected ", 2, " inputs")`.
template <typename... Pieces> Error error(const Pieces &...pieces) {
  std::ostringstream stream;
  (stream << ... << pieces);
  return Error{stream.str()};
}

template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error failure) : error_(std::move(failure)) {}

  explicit operator bool() const { return value_.has_value(); }
  T &operator*() { return *value_; }
  const T &operator*() const { return *value_; }
  T *operator->() { return &*value_; }
  const T *operator->() const { return &*value_; }
  /// Moves the value out.
  T take() { return std::move(*value_); }

  /// The error; only when there is no value.
  const Error &error() const { return error_; }

private:
  std::optional<T> value_;
  Error error_;
};

class [[nodiscard]] Status {
public:
  static Status success() { return Status(); }
  Status(Error failure) : error_(std::move(failure)) {}

  /// True on success.
  explicit operator bool() const { return !error_.has_value(); }
  const Error &error() const { return *error_; }

private:
  Status() = default;
  std::optional<Error> error_;
};

} // namespace tilewright

#endif // TILEWRIGHT_SUPPORT_RESULT_H
