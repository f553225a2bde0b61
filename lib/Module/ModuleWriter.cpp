//===- ModuleWriter.cpp - writes .twm files -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layout.h"
#include "Metadata.h"

#include "tilewright/Module/PlanVerifier.h"
#include "tilewright/Support/Hash.h"

#include <cstring>

namespace tilewright {

namespace {
/// A file with its section table.
class SectionFile {
public:
  explicit SectionFile(AtomicFile file) : file(std::move(file)) {}

  /// The space of the header; it is written last.
  Status begin() {
    twm::Header empty{};
    return file.write(&empty, sizeof(empty));
  }

  Status open(const std::string &name) {
    if (name.size() >= sizeof(twm::Section::name))
      return error("the section name '", name, "' is too long");
    if (Status status = file.align(twm::sectionAlignment); !status)
      return status;
    twm::Section section{};
    std::memcpy(section.name, name.data(), name.size());
    section.offset = file.position();
    sections.push_back(section);
    return Status::success();
  }
  void close(uint64_t checksum) {
    sections.back().size = file.position() - sections.back().offset;
    sections.back().checksum = checksum;
  }
  Status append(std::string_view bytes) { return file.write(bytes); }
  Status section(const std::string &name, std::string_view bytes) {
    if (Status status = open(name); !status)
      return status;
    if (Status status = file.write(bytes); !status)
      return status;
    close(hash64(bytes));
    return Status::success();
  }

  /// Writes the weight and returns where it starts in the open section.
  Result<uint64_t> weight(const Tensor &tensor) {
    if (Status status = file.align(twm::weightAlignment); !status)
      return status.error();
    uint64_t offset = file.position() - sections.back().offset;
    if (Status status = file.write(tensor.data(), size_t(tensor.bytes()));
        !status)
      return status.error();
    return offset;
  }

  Status finish() {
    if (Status status = file.align(sizeof(twm::Section)); !status)
      return status;
    twm::Header header{};
    std::memcpy(header.magic, twm::magic, sizeof(twm::magic));
    header.version = twm::version;
    header.sectionCount = uint32_t(sections.size());
    header.tableOffset = file.position();
    size_t size = sections.size() * sizeof(twm::Section);
    header.tableChecksum = hash64(sections.data(), size);
    if (Status status = file.write(sections.data(), size); !status)
      return status;
    header.fileSize = file.position();
    header.checksum = hash64(&header, offsetof(twm::Header, checksum));
    if (Status status = file.writeAt(0, &header, sizeof(header)); !status)
      return status;
    return file.commit();
  }

private:
  AtomicFile file;
  std::vector<twm::Section> sections;
};
} // namespace

struct ModuleWriter::State {
  explicit State(AtomicFile file) : file(std::move(file)) {}

  SectionFile file;
  Metadata metadata;
  std::map<int64_t, uint32_t> indexOfKey;
  std::vector<std::pair<int64_t, Weight>> referenceWeights;
  std::map<std::string, std::string> ir;

  void describeWeight(int64_t key, const std::string &name,
                      const Tensor &tensor, uint64_t offset, bool reference) {
    WeightInfo info;
    info.key = key;
    info.name = name;
    info.type = tensor.type();
    info.shape = tensor.shape();
    info.offset = offset;
    info.reference = reference;
    indexOfKey[key] = uint32_t(metadata.weights.size());
    metadata.weights.push_back(std::move(info));
    metadata.checksums.push_back(hash64(tensor.data(), size_t(tensor.bytes())));
  }
};

ModuleWriter::ModuleWriter(std::unique_ptr<State> state)
    : state(std::move(state)) {}
ModuleWriter::ModuleWriter(ModuleWriter &&) noexcept = default;
ModuleWriter::~ModuleWriter() = default;

Result<ModuleWriter> ModuleWriter::create(const std::string &path) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  auto state = std::make_unique<State>(file.take());
  if (Status status = state->file.begin(); !status)
    return status.error();
  if (Status status = state->file.open(twm::weightsName); !status)
    return status.error();
  return ModuleWriter(std::move(state));
}

Result<uint32_t> ModuleWriter::addWeight(int64_t key, const std::string &name,
                                         const Tensor &tensor) {
  auto it = state->indexOfKey.find(key);
  if (it != state->indexOfKey.end())
    return it->second;
  Result<uint64_t> offset = state->file.weight(tensor);
  if (!offset)
    return offset.error();
  state->describeWeight(key, name, tensor, *offset, /*reference=*/false);
  return state->indexOfKey[key];
}

void ModuleWriter::addReferenceWeight(int64_t key, const std::string &name,
                                      Tensor tensor) {
  state->referenceWeights.push_back({key, Weight{name, std::move(tensor)}});
}

void ModuleWriter::addTarget(TargetProgram program) {
  state->metadata.targets.push_back(std::move(program));
}

void ModuleWriter::addIR(const std::string &name, std::string bytecode) {
  state->ir[name] = std::move(bytecode);
}

Status ModuleWriter::finish(const ModuleInfo &info) {
  Metadata &metadata = state->metadata;
  metadata.info = info;
  for (const TargetProgram &target : metadata.targets)
    if (Status status =
            verifyPlan(target.plan, info.signature, metadata.weights);
        !status)
      return status.error().in("target " + target.target);
  state->file.close(0);
  for (size_t i = 0; i < metadata.targets.size(); ++i)
    if (Status status = state->file.section(twm::codePrefix + std::to_string(i),
                                            metadata.targets[i].code);
        !status)
      return status;
  // What can be stripped comes last, but for the metadata, which describes it.
  if (Status status = state->file.open(twm::referenceWeightsName); !status)
    return status;
  for (const auto &[key, weight] : state->referenceWeights) {
    if (state->indexOfKey.count(key))
      continue;
    Result<uint64_t> offset = state->file.weight(weight.tensor);
    if (!offset)
      return offset.error();
    state->describeWeight(key, weight.name, weight.tensor, *offset,
                          /*reference=*/true);
  }
  state->file.close(0);
  for (const auto &[name, bytecode] : state->ir)
    if (Status status = state->file.section(twm::irPrefix + name, bytecode);
        !status)
      return status;
  Result<std::string> encoded = encodeMetadata(metadata);
  if (!encoded)
    return encoded.error();
  if (Status status = state->file.section(twm::metadataName, *encoded); !status)
    return status;
  return state->file.finish();
}

Status stripModule(const std::string &from, const std::string &to) {
  Result<std::shared_ptr<const Module>> module = Module::load(from);
  if (!module)
    return module.error();
  Result<std::shared_ptr<const MappedFile>> bytes = MappedFile::open(from);
  if (!bytes)
    return bytes.error();
  Result<AtomicFile> output = AtomicFile::create(to);
  if (!output)
    return output.error();
  SectionFile file(output.take());
  if (Status status = file.begin(); !status)
    return status;
  for (const SectionInfo &section : (*module)->sections()) {
    std::string_view name = section.name;
    if (name == twm::referenceWeightsName || name.starts_with(twm::irPrefix))
      continue;
    std::string_view content(reinterpret_cast<const char *>((*bytes)->data()) +
                                 section.offset,
                             section.size);
    if (Status status = file.open(section.name); !status)
      return status;
    // Weights stay without a checksum of the section.
    if (Status status = file.append(content); !status)
      return status;
    file.close(name == twm::weightsName ? 0 : hash64(content));
  }
  return file.finish();
}

} // namespace tilewright
