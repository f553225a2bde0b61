//===- Npy.cpp - NumPy's file format --------------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A .npy file is "\x93NUMPY", a version (two bytes), the length of the header
// (two bytes in version 1, four after it), the header, which is a Python
// dictionary with the keys descr, fortran_order and shape, and the bytes.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Support/File.h"
#include "tilewright/Support/Tensor.h"

#include <cctype>
#include <cstring>
#include <string_view>

namespace tilewright {

namespace {
struct TypeName {
  const char *descr;
  DType type;
};
// The first row of a type is the one that is written.
constexpr TypeName typeNames[] = {
    {"|b1", DType::Bool}, {"|i1", DType::I8},   {"<i2", DType::I16},
    {"<i4", DType::I32},  {"<i8", DType::I64},  {"|u1", DType::U8},
    {"<u2", DType::U16},  {"<u4", DType::U32},  {"<u8", DType::U64},
    {"<f2", DType::F16},  {"<u2", DType::BF16}, {"<f4", DType::F32},
    {"<f8", DType::F64},  {"<b1", DType::Bool}, {"<i1", DType::I8},
    {"<u1", DType::U8}};

struct Header {
  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
};

/// Reads the dictionary, whatever the order of its keys and the spaces.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  std::optional<Header> parse() {
    Header header;
    bool hasDescr = false, hasOrder = false, hasShape = false;
    if (!eat('{'))
      return std::nullopt;
    while (!eat('}')) {
      std::string key;
      if (!quoted(key) || !eat(':'))
        return std::nullopt;
      if (key == "descr")
        hasDescr = quoted(header.descr);
      else if (key == "fortran_order")
        hasOrder = boolean(header.fortranOrder);
      else if (key == "shape")
        hasShape = tuple(header.shape);
      else
        return std::nullopt;
      if (!eat(',') && peek() != '}')
        return std::nullopt;
    }
    if (!hasDescr || !hasOrder || !hasShape)
      return std::nullopt;
    return header;
  }

private:
  char peek() {
    while (at < text.size() &&
           std::isspace(static_cast<unsigned char>(text[at])))
      ++at;
    return at < text.size() ? text[at] : '\0';
  }
  bool eat(char c) {
    if (peek() != c)
      return false;
    ++at;
    return true;
  }
  bool quoted(std::string &out) {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      return false;
    size_t end = text.find(quote, at + 1);
    if (end == std::string_view::npos)
      return false;
    out = text.substr(at + 1, end - at - 1);
    at = end + 1;
    return true;
  }
  bool boolean(bool &out) {
    peek();
    for (bool value : {false, true}) {
      std::string_view word = value ? "True" : "False";
      if (text.substr(at, word.size()) == word) {
        at += word.size();
        out = value;
        return true;
      }
    }
    return false;
  }
  bool tuple(std::vector<int64_t> &out) {
    if (!eat('('))
      return false;
    while (!eat(')')) {
      int64_t value = 0;
      if (!std::isdigit(static_cast<unsigned char>(peek())))
        return false;
      for (; at < text.size() &&
             std::isdigit(static_cast<unsigned char>(text[at]));
           ++at)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[at] - '0', &value))
          return false;
      out.push_back(value);
      if (!eat(',') && peek() != ')')
        return false;
    }
    return true;
  }

  std::string_view text;
  size_t at = 0;
};

/// Copies elements that are stored first axis fastest.
void copyFromFortranOrder(Tensor &to, const char *from) {
  int64_t width = byteSize(to.type());
  std::vector<int64_t> index(to.shape().size(), 0);
  char *out = static_cast<char *>(to.data());
  for (int64_t i = 0, size = to.size(); i < size; ++i) {
    int64_t offset = 0;
    for (size_t axis = index.size(); axis-- > 0;)
      offset = offset * to.shape()[axis] + index[axis];
    std::memcpy(out + i * width, from + offset * width, size_t(width));
    for (size_t axis = index.size(); axis-- > 0;) {
      if (++index[axis] < to.shape()[axis])
        break;
      index[axis] = 0;
    }
  }
}
} // namespace

Result<Tensor> readNpy(const std::string &path) {
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  if (!file)
    return file.error();
  const char *data = reinterpret_cast<const char *>((*file)->data());
  size_t size = (*file)->size();
  if (size < 10 || std::memcmp(data, "\x93NUMPY", 6) != 0)
    return error("'", path, "' is not a .npy file");
  size_t lengthBytes = data[6] == 1 ? 2 : 4;
  if (data[6] < 1 || data[6] > 3)
    return error("'", path, "' has version ", int(data[6]),
                 " of the .npy format; known are 1 to 3");
  size_t length = 0;
  size_t start = 8 + lengthBytes;
  if (size >= start)
    for (size_t i = 0; i < lengthBytes; ++i)
      length |= size_t(static_cast<unsigned char>(data[8 + i])) << (8 * i);
  if (size < start || length > size - start)
    return error("'", path, "' is truncated in its header");
  std::string_view text(data + start, length);
  std::optional<Header> header = HeaderParser(text).parse();
  if (!header)
    return error("'", path, "' has a header that cannot be read: ", text);

  std::optional<DType> type;
  for (const TypeName &row : typeNames)
    if (!type && header->descr == row.descr)
      type = row.type;
  if (!type)
    return error("'", path, "' holds elements of type '", header->descr,
                 "'; little-endian bool, integers and floats can be read");
  Result<Tensor> tensor = Tensor::allocate(*type, header->shape);
  if (!tensor)
    return tensor.error().in("'" + path + "'");
  size_t bytes = size_t(tensor->bytes());
  if (size - start - length < bytes)
    return error("'", path, "' is truncated: ", tensor->typeString(), " needs ",
                 bytes, " bytes, but ", size - start - length, " are there");
  if (header->fortranOrder && tensor->rank() > 1)
    copyFromFortranOrder(*tensor, data + start + length);
  else if (bytes != 0)
    std::memcpy(tensor->data(), data + start + length, bytes);
  return tensor;
}

Status writeNpy(const std::string &path, const Tensor &tensor) {
  std::string descr;
  for (const TypeName &row : typeNames)
    if (descr.empty() && row.type == tensor.type())
      descr = row.descr;
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.shape())
    header += std::to_string(extent) + ",";
  header += "), }";
  // The bytes start at a multiple of 64, as NumPy writes them.
  size_t length = (10 + header.size() + 1 + 63) / 64 * 64 - 10;
  header.resize(length - 1, ' ');
  header += '\n';
  std::string prefix("\x93NUMPY\x01\x00", 8);
  prefix += char(length & 255);
  prefix += char(length >> 8);

  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Status status = file->write(prefix + header); !status)
    return status;
  if (Status status = file->write(tensor.data(), size_t(tensor.bytes()));
      !status)
    return status;
  return file->commit();
}

} // namespace tilewright
