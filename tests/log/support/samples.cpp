// SPDX-License-Identifier: MIT
#include "samples.h"

#include "log/address.h"
#include "log/history.h"
#include "log/namerecord.h"
#include "security/hash.h"

#include <protozero/pbf_writer.hpp>

using namespace RemoteLog;

LogKeys sampleKeys()
{
    if (!initializeCryptography())
        qFatal("libsodium does not start");
    QByteArray master;
    for (char i = 0; i < MasterSecret::Size; ++i)
        master += i;
    return MasterSecret::fromBytes(master).value().logKeys(QStringLiteral("Bücher 📚"));
}

QByteArray sampleAddress(int number)
{
    return blockAddress(QByteArray::number(number));
}

Page samplePage()
{
    Page page;
    page.pairs = {Pair{}, // 102
                  Pair{sampleAddress(1), "id of 101", {}, sha256("mapped"), 6},
                  Pair{{}, "id of 100", "embedded", {}, 0}};
    page.tail = sampleAddress(2);
    page.first = 100;
    page.ranges = {{1, 90, sampleAddress(3), 5000}, {91, 9, sampleAddress(2), 0}};
    page.idScheme = IdScheme::Explicit;
    page.history = sha256("before 100");
    page.helpers = {"gateway+https://one.example.org/", "routing+https://two.example.org/"};
    page.withdrawn = {102};
    return page;
}

Page sampleFirstPage()
{
    Page page;
    page.pairs = {Pair{{}, {}, "second", {}, 0}, Pair{{}, {}, "first", {}, 0}};
    page.first = 1;
    page.idScheme = IdScheme::Sha256;
    page.history = initialHistory();
    return page;
}

ContentIndex sampleIndex()
{
    return {2 * quint64(ContentPieceSize) + 1,
            sha256("large"),
            {sampleAddress(1), sampleAddress(2), sampleAddress(3)}};
}

QByteArray recordOver(const QByteArray &data, const LogKeys &keys)
{
    std::string record;
    protozero::pbf_writer message(record);
    message.add_bytes(8, sign("ipns-signature:" + data, keys.signingKey).toStdString());
    message.add_bytes(9, data.toStdString());
    return QByteArray::fromStdString(record);
}

QByteArray sampleRecord()
{
    NameRecordDraft draft;
    draft.address = sampleAddress(1);
    draft.number = 300;
    draft.validity = {4'000'000'000, 5};
    draft.signedAt = 1'700'000'000'000;
    draft.embedded = {"a block", QByteArray(200, 'b')};
    return signNameRecord(draft, sampleKeys());
}

static bool isSame(const Pair &a, const Pair &b)
{
    return a.address == b.address && a.id == b.id && a.data == b.data && a.sha256 == b.sha256
           && a.size == b.size;
}

bool operator==(const Page &a, const Page &b)
{
    return std::equal(a.pairs.cbegin(), a.pairs.cend(), b.pairs.cbegin(), b.pairs.cend(), isSame)
           && a.tail == b.tail && a.first == b.first && a.ranges == b.ranges
           && a.idScheme == b.idScheme && a.history == b.history && a.helpers == b.helpers
           && std::equal(a.withdrawn.cbegin(), a.withdrawn.cend(), b.withdrawn.cbegin(),
                         b.withdrawn.cend()); // Qt's own comparison hands memcmp a null pointer
}
