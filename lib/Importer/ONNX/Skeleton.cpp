//===- Skeleton.cpp - a model without its big byte strings ----------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Skeleton.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

using namespace tilewright;
using namespace tilewright::onnximport;

namespace {

/// Which message a field holds: the part of onnx.proto on the way to a tensor.
enum class Message {
  Other,
  Model,
  Graph,
  Node,
  Attribute,
  Function,
  Tensor,
  Sparse
};

/// The message that `field` of `parent` holds, `Other` if it leads to no
/// tensor.
Message childOf(Message parent, uint64_t field) {
  switch (parent) {
  case Message::Model:
    return field == 7    ? Message::Graph
           : field == 25 ? Message::Function
                         : Message::Other;
  case Message::Graph:
    return field == 1    ? Message::Node
           : field == 5  ? Message::Tensor
           : field == 15 ? Message::Sparse
                         : Message::Other;
  case Message::Function:
    return field == 7    ? Message::Node
           : field == 11 ? Message::Attribute
                         : Message::Other;
  case Message::Node:
    return field == 5 ? Message::Attribute : Message::Other;
  case Message::Attribute:
    return field == 5 || field == 10    ? Message::Tensor
           : field == 6 || field == 11  ? Message::Graph
           : field == 22 || field == 23 ? Message::Sparse
                                        : Message::Other;
  case Message::Sparse:
    return field == 1 || field == 2 ? Message::Tensor : Message::Other;
  case Message::Tensor:
  case Message::Other:
    return Message::Other;
  }
  return Message::Other;
}

void appendVarint(std::string &out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(char(value | 0x80));
    value >>= 7;
  }
  out.push_back(char(value));
}

/// One field as it stands in the file. `body` is the content of a
/// length-delimited one; `whole` is tag and all.
struct Field {
  uint64_t number = 0;
  unsigned wireType = 0;
  uint64_t varint = 0;
  std::string_view body;
  std::string_view whole;
};

class Walker {
public:
  explicit Walker(std::string_view file) : file(file) {}

  Status walk(Message message, std::string_view bytes, std::string &out,
              int depth) {
    if (depth > 100)
      return at(bytes, "graphs are nested too deep");
    if (message == Message::Tensor)
      return walkTensor(bytes, out);
    while (!bytes.empty()) {
      Field field;
      if (Status status = next(bytes, field); !status)
        return status;
      Message child =
          field.wireType == 2 ? childOf(message, field.number) : Message::Other;
      // What training needs is nobody's business here.
      if (message == Message::Model && field.number == 20)
        continue;
      if (child == Message::Other) {
        out += field.whole;
        continue;
      }
      std::string inner;
      if (Status status = walk(child, field.body, inner, depth + 1); !status)
        return status;
      appendVarint(out, field.number << 3 | 2);
      appendVarint(out, inner.size());
      out += inner;
    }
    return Status::success();
  }

private:
  Status walkTensor(std::string_view bytes, std::string &out) {
    // onnx.proto: 2 data_type, 4 float_data, 9 raw_data, 10 double_data.
    uint64_t dataType = 0;
    unsigned rawCount = 0, floatCount = 0, doubleCount = 0;
    std::string_view floats, doubles;
    std::vector<Field> fields;
    while (!bytes.empty()) {
      Field field;
      if (Status status = next(bytes, field); !status)
        return status;
      if (field.number == 2 && field.wireType == 0)
        dataType = field.varint;
      rawCount += field.number == 9;
      floatCount += field.number == 4;
      doubleCount += field.number == 10;
      if (field.number == 4 && field.wireType == 2)
        floats = field.body;
      if (field.number == 10 && field.wireType == 2)
        doubles = field.body;
      fields.push_back(field);
    }
    // A single packed chunk of the type's own numbers is the same as raw_data.
    bool takeFloats = dataType == 1 && rawCount == 0 && doubleCount == 0 &&
                      floatCount == 1 && !floats.empty();
    bool takeDoubles = dataType == 11 && rawCount == 0 && floatCount == 0 &&
                       doubleCount == 1 && !doubles.empty();
    for (const Field &field : fields) {
      bool isPayload = field.number == 9 || (field.number == 4 && takeFloats) ||
                       (field.number == 10 && takeDoubles);
      if (!isPayload || field.wireType != 2) {
        out += field.whole;
        continue;
      }
      uint64_t record[2] = {uint64_t(field.body.data() - file.data()),
                            uint64_t(field.body.size())};
      appendVarint(out, 9 << 3 | 2);
      appendVarint(out, sizeof record);
      out.append(reinterpret_cast<const char *>(record), sizeof record);
    }
    return Status::success();
  }

  /// Takes the next field off the front of `bytes`.
  Status next(std::string_view &bytes, Field &field) {
    std::string_view start = bytes;
    std::optional<uint64_t> tag = varint(bytes);
    if (!tag || (*tag >> 3) == 0 || (*tag >> 3) > 0x1fffffff)
      return at(start, "expected a field");
    field.number = *tag >> 3;
    field.wireType = unsigned(*tag & 7);
    uint64_t skip = 0;
    switch (field.wireType) {
    case 0: {
      std::optional<uint64_t> value = varint(bytes);
      if (!value)
        return at(start, "a number is cut off");
      field.varint = *value;
      break;
    }
    case 1:
      skip = 8;
      break;
    case 2: {
      std::optional<uint64_t> length = varint(bytes);
      if (!length)
        return at(start, "a length is cut off");
      skip = *length;
      break;
    }
    case 5:
      skip = 4;
      break;
    default:
      return at(start, "unknown wire type");
    }
    if (skip > bytes.size())
      return at(start, "a field is longer than what is left of the file");
    field.body = bytes.substr(0, skip);
    bytes.remove_prefix(skip);
    field.whole = start.substr(0, start.size() - bytes.size());
    return Status::success();
  }

  static std::optional<uint64_t> varint(std::string_view &bytes) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
      uint8_t byte = uint8_t(bytes.front());
      bytes.remove_prefix(1);
      value |= uint64_t(byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
    return std::nullopt;
  }

  Error at(std::string_view position, const char *what) {
    return error("not a readable ONNX model: at byte ",
                 position.data() - file.data(), " of ", file.size(), ": ",
                 what);
  }

  std::string_view file;
};

} // namespace

Result<std::string> onnximport::makeSkeleton(std::string_view file) {
  std::string out;
  if (Status status = Walker(file).walk(Message::Model, file, out, 0); !status)
    return status.error();
  return out;
}

Result<std::string_view> onnximport::payload(std::string_view file,
                                             std::string_view rawData) {
  uint64_t record[2];
  if (rawData.size() != sizeof record)
    return error("malformed tensor data");
  std::memcpy(record, rawData.data(), sizeof record);
  if (record[0] > file.size() || record[1] > file.size() - record[0])
    return error("malformed tensor data");
  return file.substr(record[0], record[1]);
}
