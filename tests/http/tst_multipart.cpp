// SPDX-License-Identifier: MIT
#include "network/multipart.h"

#include <QTest>

using namespace RemoteLog;

namespace {

// As a server reads it (RFC 2046, 5.1): whatever is between two boundaries, each at the start of a
// line, and its line end belongs to the boundary. Empty where that does not work out.
QList<QByteArray> partsOf(const Multipart &multipart)
{
    const QByteArray type = "multipart/form-data; boundary=";
    if (!multipart.contentType.startsWith(type))
        return {};
    const QByteArray delimiter = "\r\n--" + multipart.contentType.sliced(type.size());
    QByteArray rest = "\r\n" + multipart.body;
    QList<QByteArray> parts;
    for (;;) {
        if (!rest.startsWith(delimiter))
            return {};
        rest = rest.sliced(delimiter.size());
        if (rest == "--\r\n")
            return parts;
        const qsizetype end = rest.indexOf(delimiter);
        if (!rest.startsWith("\r\n") || end < 0)
            return {};
        parts.append(rest.first(end).sliced(2));
        rest = rest.sliced(end);
    }
}

QByteArray head(int number)
{
    return "Content-Disposition: form-data; name=\"file\"; filename=\"" + QByteArray::number(number)
           + "\"\r\nContent-Type: application/octet-stream\r\n\r\n";
}

} // namespace

class TestMultipart : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void carriesEachPart_data();
    void carriesEachPart();
};

void TestMultipart::carriesEachPart_data()
{
    QTest::addColumn<QList<QByteArray>>("parts");
    const auto row = [](const char *name, const QList<QByteArray> &parts) {
        QTest::newRow(name) << parts;
    };
    const QByteArray header = multipartOf({}).contentType;
    const QByteArray boundary = header.sliced(header.indexOf('=') + 1);
    const QByteArray next = boundary.chopped(1) + '1';
    row("one", {"one"});
    row("several", {"one", "two", "three"});
    row("an empty one", {"one", "", "three"});
    row("line ends", {"\r\n", "--", "\r\n--", "--\r\n"});
    row("zeros", {QByteArray(3, '\0'), QByteArray(5, '\xff')});
    row("the boundary", {"one", "a" + boundary + "b"});
    row("the boundary as it is used", {"one\r\n--" + boundary + "\r\ntwo", "three"});
    row("its end as it is used", {"one\r\n--" + boundary + "--\r\n"});
    row("the next boundary, too", {boundary, next});
    row("the next boundaries in one", {boundary + next + boundary.chopped(1) + "2"});
    row("many", QList<QByteArray>(300, "block"));
    row("a large one", {QByteArray(1024 * 1024, 'b')});
    row("a body inside a body", {multipartOf({"one", "two"}).body});
}

void TestMultipart::carriesEachPart()
{
    QFETCH(QList<QByteArray>, parts);
    QList<QByteArray> expected;
    for (const QByteArray &part : parts)
        expected.append(head(int(expected.size())) + part);
    const Multipart multipart = multipartOf(parts);
    QVERIFY(partsOf(multipart) == expected);
    const QByteArray &type = multipart.contentType;
    const QByteArray boundary = type.sliced(type.indexOf('=') + 1);
    QVERIFY(boundary.size() <= 70); // RFC 2046
    for (const QByteArray &part : parts)
        QVERIFY(!part.contains(boundary));
}

QTEST_APPLESS_MAIN(TestMultipart)
#include "tst_multipart.moc"
