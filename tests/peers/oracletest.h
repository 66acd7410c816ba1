// SPDX-License-Identifier: MIT
#pragma once

#include "interface/multibase.h"
#include "peers/ipnsoracle.h"
#include "support/samples.h"

#include <QTest>

// For initTestCase(): an oracle that runs, or a skip.
#define START_ORACLE(oracle)                                                                       \
    do {                                                                                           \
        const QString missing = RemoteLog::Testing::IpnsOracle::missing();                         \
        if (!missing.isEmpty())                                                                    \
            QSKIP(qPrintable(missing));                                                            \
        QVERIFY((oracle).start());                                                                 \
    } while (false)

// The seed of sampleKeys(): libsodium's secret key is the seed and the public key.
inline QByteArray sampleSeed()
{
    const RemoteLog::LogKeys keys = sampleKeys();
    return QByteArray(reinterpret_cast<const char *>(keys.signingKey.data()), 32);
}

inline QString sampleName()
{
    return RemoteLog::Multibase::nameFromPublicKey(sampleKeys().publicKey);
}

// A record of sampleKeys() that is fine.
inline RemoteLog::Testing::IpnsOracle::Draft sampleDraft(bool withV1)
{
    return {sampleSeed(), "/ipfs/bafkqaaa", 7, "2123-08-14T12:17:03.694052Z", 300'000'000'000,
            withV1};
}
