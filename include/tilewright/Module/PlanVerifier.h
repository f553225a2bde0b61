//===- PlanVerifier.h - is a plan sound? ----------------------------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Checks everything that Plan.h demands and that does not depend on the values
// of symbols: indices, types, that every symbol is bound and every buffer
// written before it is used, what each command needs. The module writer and
// the loader both call it, so the runtime trusts a plan. (Bounds of views and
// equal byte sizes depend on the symbols: the runtime checks those.)
//
//===----------------------------------------------------------------------===//

#ifndef TILEWRIGHT_MODULE_PLANVERIFIER_H
#define TILEWRIGHT_MODULE_PLANVERIFIER_H

#include "tilewright/Module/Plan.h"

namespace tilewright {

struct WeightInfo;

/// The error names the buffer or command at fault.
Status verifyPlan(const Plan &plan, const Signature &signature,
                  const std::vector<WeightInfo> &weights);

/// Adds all symbols that the commands bind, those of nested lists too.
void collectBoundSymbols(const Commands &commands,
                         std::set<std::string> &symbols);

} // namespace tilewright

#endif // TILEWRIGHT_MODULE_PLANVERIFIER_H
