// SPDX-License-Identifier: MIT
#include "blockanswers.h"

#include "log/address.h"
#include "log/car.h"

#include <QSet>

namespace RemoteLog {

namespace {

Problem tampered(const QString &detail)
{
    return Problem(Problem::Kind::Tampered, detail);
}

} // namespace

Result<QList<Block>> blockIn(const HttpAnswer &answer, const QByteArray &address)
{
    if (answer.problem.kind() == Problem::Kind::TooLarge)
        return tampered(QStringLiteral("a block is larger than any is: ")
                        + answer.problem.detail());
    if (answer.problem)
        return answer.problem;
    // An error that comes late leaves this, and is told in a trailer, which Qt does not show.
    if (answer.body.isEmpty())
        return Problem(Problem::Kind::WillRetry, QStringLiteral("a block is cut to nothing"));
    if (blockAddress(answer.body) != address)
        return tampered(QStringLiteral("a block does not match its address"));
    return QList<Block>{Block(address, answer.body)};
}

Tree treeIn(const HttpAnswer &answer, const QByteArray &wanted)
{
    Tree tree;
    if (answer.status < 200 || answer.status >= 300)
        return tree;
    CarReader reader;
    QSet<QByteArray> seen;
    for (const Block &block : reader.read(answer.body)) {
        if (tree.blocks.size() == MaxTreeBlocks)
            break;
        if (seen.contains(block.address()))
            continue;
        seen.insert(block.address());
        tree.blocks.append(block);
    }
    tree.hasWanted = seen.contains(wanted);
    tree.fault = reader.problem();
    return tree;
}

} // namespace RemoteLog
