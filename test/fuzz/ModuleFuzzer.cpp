//===- ModuleFuzzer.cpp - the module loader on any bytes ------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The first byte of the input says what the rest is: 'F', a whole file; or
// anything else, the metadata section, around which a file with the right
// checksums is built, since no mutation would find those. What loads is also
// prepared for running and its memory is planned.
//
//===----------------------------------------------------------------------===//

#include "tilewright/Runtime/Device/Null/NullDevice.h"
#include "tilewright/Runtime/Session.h"
#include "tilewright/Support/Hash.h"

#include "../../lib/Module/Layout.h"

#include <cstring>

using namespace tilewright;

namespace {

/// A file whose sections are the metadata, some weights and code for four
/// targets.
std::string fileAround(std::string_view metadata) {
  std::string file(sizeof(twm::Header), '\0');
  std::vector<twm::Section> sections;
  auto add = [&](const std::string &name, std::string_view bytes,
                 bool checked) {
    file.resize((file.size() + twm::sectionAlignment - 1) /
                twm::sectionAlignment * twm::sectionAlignment);
    twm::Section section{};
    std::memcpy(section.name, name.data(), name.size());
    section.offset = file.size();
    section.size = bytes.size();
    section.checksum = checked ? hash64(bytes) : 0;
    sections.push_back(section);
    file += bytes;
  };
  add(twm::weightsName, std::string(1024, 'w'), false);
  for (int i = 0; i < 4; ++i)
    add(twm::codePrefix + std::to_string(i), "", true);
  add(twm::metadataName, metadata, true);
  file.resize((file.size() + 63) / 64 * 64);
  twm::Header header{};
  std::memcpy(header.magic, twm::magic, sizeof(twm::magic));
  header.version = twm::version;
  header.sectionCount = uint32_t(sections.size());
  header.tableOffset = file.size();
  std::string_view table(reinterpret_cast<const char *>(sections.data()),
                         sections.size() * sizeof(twm::Section));
  file += table;
  header.tableChecksum = hash64(table);
  header.fileSize = file.size();
  header.checksum = hash64(&header, offsetof(twm::Header, checksum));
  std::memcpy(file.data(), &header, sizeof(header));
  return file;
}

void prepare(const std::shared_ptr<const Module> &module) {
  std::vector<std::vector<int64_t>> shapes;
  for (const Argument &input : module->signature().inputs)
    shapes.emplace_back(input.dims.size(), 2);
  for (const TargetProgram &target : module->targets()) {
    SessionOptions options;
    options.target = target.target;
    auto session = Session::create(module, createNullDevice(), options);
    if (session)
      (void)bool((*session)->arenaBytes(shapes));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::string file(reinterpret_cast<const char *>(data) + 1, size - 1);
  if (data[0] != 'F')
    file = fileAround(file);
  Result<std::shared_ptr<const Module>> module =
      Module::load(file, nullptr, "fuzzed");
  if (module) {
    (void)bool((*module)->verifyWeights());
    (void)(*module)->weightStore();
    prepare(*module);
  }
  return 0;
}
