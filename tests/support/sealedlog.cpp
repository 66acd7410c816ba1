// SPDX-License-Identifier: MIT
#include "sealedlog.h"

#include "interface/multibase.h"
#include "log/address.h"
#include "log/block.h"
#include "log/body.h"
#include "log/history.h"
#include "log/largeentry.h"
#include "security/hash.h"
#include "security/sealing.h"

namespace RemoteLog::Testing {

SealedLog::SealedLog(const QString &label)
    : keys(MasterSecret::generate().logKeys(label))
    , m_history(initialHistory())
{
}

QByteArray SealedLog::add(const QList<QByteArray> &payloads, const Change &change)
{
    QList<Pair> pairs;
    for (const QByteArray &payload : payloads) {
        Pair pair;
        pair.data = payload;
        pairs.prepend(pair);
    }
    return add(pairs, change);
}

QByteArray SealedLog::addMapped(const QByteArray &payload, const Change &change)
{
    const QList<Block> content = sealContent(payload, keys);
    for (const Block &block : content)
        blocks.insert(block.address(), block.bytes());
    Pair pair;
    pair.address = content.constLast().address();
    pair.sha256 = sha256(payload);
    pair.size = quint64(payload.size());
    return add(QList<Pair>{pair}, change);
}

QByteArray SealedLog::add(QList<Pair> pairs, const Change &change)
{
    Page page;
    page.pairs = std::move(pairs);
    page.tail = m_tail;
    page.first = m_next;
    page.idScheme = IdScheme::Sha256;
    page.history = m_history;
    if (change)
        change(page);
    const QByteArray address = addBlock(char(BodyKind::Page), encodePage(page));
    m_ranges.insert(address, {page.first, quint64(page.pairs.size()), address,
                              quint64(blocks.value(address).size())});
    m_history = extendHistoryOver(page.history, page, page.first, page.last());
    m_next = page.last() + 1;
    m_tail = address;
    return address;
}

QByteArray SealedLog::addBlock(char kind, const QByteArray &plaintext, char version)
{
    BlockContent content;
    content.body = QByteArray(1, version) + kind;
    QByteArray bound = QByteArrayLiteral("remotelog") + version + kind + keys.publicKey;
    sealTo(content.body, plaintext, bound, keys.readKey);
    const QByteArray bytes = encodeBlock(content);
    const QByteArray address = blockAddress(bytes);
    blocks.insert(address, bytes);
    return address;
}

QByteArray SealedLog::record(const QByteArray &page, const QList<QByteArray> &embedded)
{
    const QDateTime now = QDateTime::currentDateTimeUtc();
    NameRecordDraft draft;
    draft.address = page.isNull() ? m_tail : page;
    draft.number = ++m_number;
    draft.validity = Validity::fromDateTime(now.addDays(10));
    draft.signedAt = now.toMSecsSinceEpoch();
    draft.embedded = embedded;
    return signNameRecord(draft, keys);
}

LogLink SealedLog::link() const
{
    return makeLink(keys, {});
}

QString SealedLog::name() const
{
    return Multibase::nameFromPublicKey(keys.publicKey);
}

} // namespace RemoteLog::Testing
