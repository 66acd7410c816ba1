// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

// Calls visit(damaged) with `bytes` cut at every place, with a byte behind, and with every bit
// flipped.
template <class Visit>
void forEachDamage(const QByteArray &bytes, Visit visit)
{
    for (qsizetype size = 0; size < bytes.size(); ++size)
        visit(bytes.first(size));
    visit(bytes + '\0');
    for (qsizetype bit = 0; bit < bytes.size() * 8; ++bit) {
        QByteArray damaged = bytes;
        damaged[bit / 8] = char(damaged.at(bit / 8) ^ (1 << bit % 8));
        visit(damaged);
    }
}
