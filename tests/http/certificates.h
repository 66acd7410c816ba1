// SPDX-License-Identifier: MIT
#pragma once

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>

namespace RemoteLogTest {

// Certificates of data/, made by data/makecertificates.sh; helper.test and localhost are the
// server's names here.
inline QString dataFile(const char *name)
{
    return QStringLiteral(TEST_DATA_DIR "/data/") + QString::fromLatin1(name);
}

inline QList<QSslCertificate> authority()
{
    const auto certificates = QSslCertificate::fromPath(dataFile("authority.pem"));
    if (certificates.size() != 1)
        qFatal("no authority");
    return certificates;
}

inline QSslConfiguration serverTls(const char *certificate = "server.pem")
{
    QFile key(dataFile("server.key"));
    if (!key.open(QIODevice::ReadOnly))
        qFatal("no key");
    QSslConfiguration tls;
    tls.setPeerVerifyMode(QSslSocket::VerifyNone); // of clients
    tls.setLocalCertificateChain(QSslCertificate::fromPath(dataFile(certificate)));
    tls.setPrivateKey(QSslKey(&key, QSsl::Ec));
    return tls;
}

} // namespace RemoteLogTest
