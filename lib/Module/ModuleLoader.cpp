//===- ModuleLoader.cpp - reads .twm files --------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Layout.h"
#include "Metadata.h"

#include "tilewright/Module/PlanVerifier.h"
#include "tilewright/Support/File.h"
#include "tilewright/Support/Hash.h"

#include <cstring>

namespace tilewright {

bool isModule(std::string_view bytes) {
  return bytes.size() >= sizeof(twm::magic) &&
         std::memcmp(bytes.data(), twm::magic, sizeof(twm::magic)) == 0;
}

bool isModuleFile(const std::string &path) {
  auto file = MappedFile::open(path);
  return file && isModule({reinterpret_cast<const char *>((*file)->data()),
                           (*file)->size()});
}

/// Fills a Module from bytes that may be anything.
class ModuleLoader {
public:
  ModuleLoader(std::string_view bytes, std::shared_ptr<const void> owner,
               const std::string &path)
      : module(new Module()), bytes(bytes) {
    module->owner = std::move(owner);
    module->bytes = reinterpret_cast<const std::byte *>(bytes.data());
    module->path = path;
  }

  Result<std::shared_ptr<const Module>> load() {
    if (Status status = readSections(); !status)
      return status.error();
    const twm::Section *section = find(twm::metadataName);
    if (!section)
      return error("the metadata is missing");
    Result<Metadata> metadata = decodeMetadata(content(*section));
    if (!metadata)
      return metadata.error();
    module->info = std::move(metadata->info);
    module->weights_ = std::move(metadata->weights);
    module->checksums = std::move(metadata->checksums);
    module->targets_ = std::move(metadata->targets);
    if (Status status = checkWeights(); !status)
      return status.error();
    for (size_t i = 0; i < module->targets_.size(); ++i) {
      const TargetProgram &target = module->targets_[i];
      const twm::Section *code = find(twm::codePrefix + std::to_string(i));
      if (!code)
        return error("the code of target ", target.target, " is missing");
      module->codes.push_back(content(*code));
      if (Status status =
              verifyPlan(target.plan, module->signature(), module->weights_);
          !status)
        return status.error().in("target " + target.target);
    }
    return std::shared_ptr<const Module>(std::move(module));
  }

private:
  Status readSections() {
    if (!isModule(bytes))
      return error("not a Tilewright module (.twm); compile a model first, "
                   "with tilewright compile or Python's tilewright.compile");
    twm::Header header;
    if (bytes.size() < sizeof(header))
      return error("the file is truncated");
    std::memcpy(&header, bytes.data(), sizeof(header));
    // A newer header may look different from here on.
    if (header.version > twm::version)
      return error("the module has version ", header.version,
                   " of the format, but this Tilewright knows only up to ",
                   twm::version, "; use a newer one, or compile again");
    if (header.version == 0 ||
        header.checksum != hash64(&header, offsetof(twm::Header, checksum)))
      return error("the header is corrupt");
    if (bytes.size() < header.fileSize)
      return error("the file is truncated: it has ", bytes.size(), " of ",
                   header.fileSize, " bytes");
    if (bytes.size() > header.fileSize)
      return error("the file has ", bytes.size() - header.fileSize,
                   " bytes too many at its end");
    if (header.sectionCount > twm::maxSections ||
        header.tableOffset > bytes.size() ||
        header.sectionCount * sizeof(twm::Section) >
            bytes.size() - header.tableOffset)
      return error("the section table is corrupt");
    sections.resize(header.sectionCount);
    size_t tableSize = sections.size() * sizeof(twm::Section);
    if (tableSize)
      std::memcpy(sections.data(), bytes.data() + header.tableOffset,
                  tableSize);
    if (hash64(sections.data(), tableSize) != header.tableChecksum)
      return error("the section table is corrupt");
    for (const twm::Section &section : sections) {
      if (section.name[sizeof(section.name) - 1] != 0 ||
          section.offset % twm::sectionAlignment != 0 ||
          section.offset > bytes.size() ||
          section.size > bytes.size() - section.offset)
        return error("the section table is corrupt");
      module->sections_.push_back({section.name, section.offset, section.size});
      if (section.name == std::string_view(twm::weightsName) ||
          section.name == std::string_view(twm::referenceWeightsName))
        continue;
      if (hash64(content(section)) != section.checksum)
        return error("the section '", section.name, "' is corrupt");
    }
    return Status::success();
  }

  Status checkWeights() {
    const twm::Section *used = find(twm::weightsName);
    const twm::Section *reference = find(twm::referenceWeightsName);
    for (const WeightInfo &weight : module->weights_) {
      const twm::Section *section = weight.reference ? reference : used;
      if (!section && weight.reference)
        continue; // Stripped.
      int64_t size = byteSize(weight.type);
      bool sound = section && weight.offset % twm::weightAlignment == 0;
      for (int64_t extent : weight.shape)
        sound = sound && extent >= 0 &&
                !__builtin_mul_overflow(size, extent, &size);
      if (!sound || weight.offset > section->size ||
          uint64_t(size) > section->size - weight.offset)
        return error("the weight '", weight.name,
                     "' is outside of the weights in the file");
    }
    return Status::success();
  }

  const twm::Section *find(std::string_view name) const {
    for (const twm::Section &section : sections)
      if (section.name == name)
        return &section;
    return nullptr;
  }
  std::string_view content(const twm::Section &section) const {
    return bytes.substr(section.offset, section.size);
  }

  std::shared_ptr<Module> module;
  std::string_view bytes;
  std::vector<twm::Section> sections;
};

Result<std::shared_ptr<const Module>> Module::load(const std::string &path) {
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  if (!file)
    return file.error();
  std::string_view bytes(reinterpret_cast<const char *>((*file)->data()),
                         (*file)->size());
  return load(bytes, *file, path);
}

Result<std::shared_ptr<const Module>>
Module::load(std::string_view bytes, std::shared_ptr<const void> owner,
             const std::string &name) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % twm::weightAlignment != 0) {
    Result<Tensor> copy = Tensor::allocate(DType::U8, {int64_t(bytes.size())});
    if (!copy)
      return copy.error().in("'" + name + "'");
    std::memcpy(copy->data(), bytes.data(), bytes.size());
    auto kept = std::make_shared<Tensor>(copy.take());
    bytes = std::string_view(kept->as<char>(), bytes.size());
    owner = kept;
  }
  Result<std::shared_ptr<const Module>> module =
      ModuleLoader(bytes, std::move(owner), name).load();
  if (!module)
    return module.error().in("'" + name + "'");
  return module;
}

Tensor Module::weight(size_t index) const {
  const WeightInfo &weight = weights_[index];
  const char *section =
      weight.reference ? twm::referenceWeightsName : twm::weightsName;
  for (const SectionInfo &info : sections_)
    if (info.name == section)
      // Tensors have one pointer for all uses; nobody writes to a weight.
      return Tensor(
          weight.type, weight.shape,
          const_cast<std::byte *>(bytes + info.offset + weight.offset), owner);
  return Tensor(weight.type, weight.shape, nullptr);
}

std::shared_ptr<WeightStore> Module::weightStore() const {
  auto store = std::make_shared<WeightStore>();
  for (size_t i = 0; i < weights_.size(); ++i)
    if (Tensor tensor = weight(i); tensor.data())
      store->addWithKey(weights_[i].key, weights_[i].name, std::move(tensor));
  return store;
}

std::string_view Module::ir(const std::string &name) const {
  for (const SectionInfo &section : sections_)
    if (section.name == twm::irPrefix + name)
      return {reinterpret_cast<const char *>(bytes) + section.offset,
              section.size};
  return {};
}

Status Module::verifyWeights() const {
  for (size_t i = 0; i < weights_.size(); ++i) {
    Tensor tensor = weight(i);
    if (tensor.data() &&
        hash64(tensor.data(), size_t(tensor.bytes())) != checksums[i])
      return error("'", path, "': the weight '", weights_[i].name,
                   "' is corrupt");
  }
  return Status::success();
}

} // namespace tilewright
