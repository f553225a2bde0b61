//===- Registry.cpp - the table of ONNX ops -------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registry.h"

#include "tilewright/Importer/ONNX/ONNXImporter.h"

#include "llvm/ADT/StringSwitch.h"

using namespace tilewright;
using namespace tilewright::onnximport;

int64_t tilewright::newestOnnxOpset() { return 28; }

llvm::ArrayRef<Chapter> onnximport::chapters() {
  static const Chapter all[] = {
      {"Math", "", mathOps()},
      {"Comparison and logic", "", logicOps()},
      {"Activations", "", activationOps()},
      {"Casts and constants", "", castOps()},
      {"Shapes", "", shapeOps()},
      {"Slices and joins", "", sliceOps()},
      {"Gather and scatter", "", indexOps()},
      {"Generators", "", generatorOps()},
      {"Rearrangements", "", rearrangeOps()},
      {"Reductions", "", reduceOps()},
      {"Scans", "", scanOps()},
      {"Matrix products", "", matmulOps()},
      {"Einsum", "", einsumOps()},
      {"Convolutions", "", convOps()},
      {"Deformable convolution", "", deformOps()},
      {"Pooling", "", poolOps()},
      {"Normalisation", "", normOps()},
      {"Losses", "", lossOps()},
      {"Images", "", imageOps()},
      {"Recurrent networks", "", recurrentOps()},
      {"Quantisation", "", quantizeOps()},
      {"Control flow", "", controlFlowOps()},
      {"Attention", "", attentionOps()},
      {"Linear attention", "", linearAttentionOps()},
      {"Sorting and selection", "", sortOps()},
      {"Signals", "", signalOps()},
      {"com.microsoft", "com.microsoft", microsoftOps()},
  };
  return all;
}

const OpRow *onnximport::findOp(llvm::StringRef domain, llvm::StringRef name) {
  for (const Chapter &chapter : chapters())
    if (domain == chapter.domain)
      for (const OpRow &row : chapter.rows)
        if (name == row.name)
          return &row;
  return nullptr;
}

llvm::StringRef onnximport::refusal(llvm::StringRef domain,
                                    llvm::StringRef name) {
  if (domain == "ai.onnx.ml")
    return "classical machine learning (ai.onnx.ml) is out of scope";
  if (domain == "ai.onnx.preview.training" || domain == "ai.onnx.training")
    return "training is out of scope";
  if (!domain.empty())
    return "";
  return llvm::StringSwitch<llvm::StringRef>(name)
      .Cases({"RandomNormal", "RandomNormalLike", "RandomUniform",
              "RandomUniformLike", "Bernoulli", "Multinomial"},
             "it draws random numbers")
      .Cases({"StringConcat", "StringNormalizer", "StringSplit",
              "RegexFullMatch", "TfIdfVectorizer"},
             "it works on strings")
      .Cases({"SequenceAt", "SequenceConstruct", "SequenceEmpty",
              "SequenceErase", "SequenceInsert", "SequenceLength",
              "SequenceMap", "SplitToSequence", "ConcatFromSequence"},
             "it works on sequences of tensors")
      .Cases({"Optional", "OptionalGetElement", "OptionalHasElement"},
             "it works on optional values")
      .Case("ImageDecoder", "it decodes picture files")
      .Default("");
}

/// "bool, i8 to u64, f16 to f64": the usual sets have short names.
static std::string describeTypes(DTypeSet types) {
  std::string text;
  auto append = [&](llvm::StringRef name) {
    text += (text.empty() ? "" : ", ") + name.str();
  };
  for (auto [set, name] : {std::pair(Any, "all"),
                           {Number, "numbers"},
                           {Integer, "integers"},
                           {Signed, "signed integers"},
                           {Unsigned, "unsigned integers"},
                           {Float, "floats"}})
    if ((types & set) == set) {
      append(name);
      types &= ~set;
    }
  for (unsigned i = 0; i <= unsigned(DType::F64); ++i)
    if (types & bit(DType(i)))
      append(name(DType(i)));
  return text;
}

std::string tilewright::onnxOpsMarkdown() {
  std::string text =
      "# Supported ONNX ops\n\n"
      "Made from the importer's table; do not edit. Opsets 7 to " +
      std::to_string(newestOnnxOpset()) +
      ". The element types are those of the first input (all: bool, 8- to "
      "64-bit integers, f16, bf16, f32, f64). Strings, sequences, optionals, "
      "8-bit floats and types of less than a byte are refused by name, as are "
      "ops that draw random numbers.\n";
  for (const Chapter &chapter : chapters()) {
    text += "\n## " + std::string(chapter.title) +
            "\n\n| Op | Opsets | Element types | Not supported |\n|---|---|---|"
            "---|\n";
    for (const OpRow &row : chapter.rows)
      text += "| " + std::string(row.name) + " | " + std::to_string(row.since) +
              (row.until == Newest ? "+" : " to " + std::to_string(row.until)) +
              " | " + describeTypes(row.types) + " | " + row.note + " |\n";
  }
  return text;
}
