// SPDX-License-Identifier: MIT
#include "messengerprocess.h"
#include "storage.h"

#include "cas/folderblocks.h"
#include "interface/multibase.h"
#include "log/car.h"
#include "ns/folderrecords.h"
#include "peers/kubonode.h"
#include "peers/plainhttp.h"

#include <QDir>

using namespace RemoteLogTest;
using RemoteLog::Testing::KuboNode;
using RemoteLog::Testing::PlainHttp;

// People who are never online together, each with an IPFS node of his own, as they run at home.
class TestIpfs : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void readsWhateverStillHasIt();
    void publishesWhereTheNodeComesBack();

private:
    // From the node into a folder as the folder helper lays it out.
    bool mirror(const KuboNode &node, const QString &head, const QString &logName,
                const QUrl &folder);

    PlainHttp m_http;
};

namespace {

QString nodeUrl(const KuboNode &node, bool needsNetwork = false)
{
    return u"kubo+"_s + node.rpcUrl().toString()
           + (needsNetwork ? u"?network=required"_s : QString());
}

QString gatewayUrl(const KuboNode &node)
{
    return u"gateway+"_s + node.gatewayUrl().toString();
}

// A large one is an index and pieces, a middle one a block of its own.
QList<QByteArray> payloads()
{
    QList<QByteArray> all;
    for (const int size : {5, 0, 300, 100'000, 2'500'000, 64 * 1024, 20})
        all.append(noise(quint32(100 + all.size()), size));
    return all;
}

// Empty if he was given exactly these.
QByteArray difference(const MessengerProcess &reader, const QString &logName,
                      const QList<QByteArray> &expected)
{
    const QDir folder(reader.saveFolder() + u'/' + logName);
    if (folder.entryList(QDir::Files).size() != expected.size())
        return QByteArray::number(folder.entryList(QDir::Files).size()) + " entries came";
    for (qsizetype index = 0; index < expected.size(); ++index) {
        if (readFile(folder.filePath(QString::number(index + 1))) != expected.at(index))
            return "other bytes: " + QByteArray::number(index + 1);
    }
    return {};
}

} // namespace

void TestIpfs::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

bool TestIpfs::mirror(const KuboNode &node, const QString &head, const QString &logName,
                      const QUrl &folder)
{
    const auto helper = RemoteLog::FolderHelper::fromUrl(folder);
    const KuboNode::Output exported = node.run({u"dag"_s, u"export"_s, head});
    RemoteLog::CarReader reader;
    const QList<RemoteLog::Block> blocks = reader.read(exported.output);
    const auto record = m_http.ask("POST", node.rpcUrl(), u"/api/v0/name/get?arg="_s + logName);
    return helper.ok() && exported.exitCode == 0 && reader.isComplete() && record.status == 200
           && !RemoteLog::FolderBlocks(helper.value()).put(blocks, {})
           && !RemoteLog::FolderRecords(helper.value()).put(logName, record.body);
}

void TestIpfs::readsWhateverStillHasIt()
{
    const Storage storage;
    KuboNode hers;
    KuboNode his;
    QVERIFY(hers.start());
    QVERIFY(his.start());
    QVERIFY(his.connectTo(hers));
    const QList<QByteArray> all = payloads();

    // She writes in the train, publishes at home, and her machine dies.
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({nodeUrl(hers, true)});
    QVERIFY(alice.start({u"--print-link"_s, u"--offline"_s}));
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString link = alice.captured();
    const QString logName = QUrl(link).path();
    for (qsizetype index = 0; index < all.size(); ++index)
        alice.type("/file " + storage.keep(u"hers%1"_s.arg(index), all.at(index)).toUtf8());
    QVERIFY2(alice.waitForCount(u"own appended .*"_s, all.size()), alice.transcript().constData());
    alice.type("/online");
    EXPECT_LINE(alice, u"own head %1 record \\d+ (\\S+)"_s.arg(all.size()));
    const QString head = alice.captured();
    alice.kill();

    // A link never names what is only on her machine.
    QVERIFY(!link.contains(u"helper="_s));

    const QString count = QString::number(all.size());
    const auto read = [&](MessengerProcess &reader, const QString &helper) {
        reader.setHelpers({helper});
        return reader.start({u"--follow"_s, link, u"--save"_s, reader.saveFolder(), u"--exit-at"_s,
                             count, u"--timeout"_s, u"120"_s});
    };
    MessengerProcess bob(storage.place(), u"bob"_s);
    QVERIFY(read(bob, nodeUrl(his)));
    EXPECT_END(bob, 0);
    QCOMPARE(difference(bob, logName, all), QByteArray());

    // Her node goes, too; his has it all.
    QVERIFY(hers.stop());
    MessengerProcess carol(storage.place(), u"carol"_s);
    QVERIFY(read(carol, gatewayUrl(his)));
    EXPECT_END(carol, 0);
    QCOMPARE(difference(carol, logName, all), QByteArray());

    QVERIFY(QDir(storage.place()).mkdir(u"mirror"_s));
    const QString folder = storage.urlOf(u"mirror"_s);
    QVERIFY(mirror(his, head, logName, QUrl(folder)));
    QVERIFY(his.stop());
    MessengerProcess dave(storage.place(), u"dave"_s);
    QVERIFY(read(dave, folder));
    EXPECT_END(dave, 0);
    QCOMPARE(difference(dave, logName, all), QByteArray());
}

void TestIpfs::publishesWhereTheNodeComesBack()
{
    const Storage storage;
    KuboNode node;
    QVERIFY(node.start());
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({nodeUrl(node)});
    QVERIFY(alice.start());
    alice.type("first");
    EXPECT_LINE(alice, u"own head 1 .*"_s);

    // Its power fails in the middle of the work, and comes back.
    node.kill();
    alice.type("second");
    EXPECT_LINE(alice, u"own appended 2 .*"_s);
    EXPECT_LINE(alice, u"transport problem will-retry .*"_s);
    QVERIFY(node.start());
    alice.type("/sync");
    EXPECT_LINE(alice, u"own head 2 record \\d+ (\\S+)"_s);
    const QString head = alice.captured();
    alice.endInput();
    EXPECT_END(alice, 0);

    // One pin, of the newest page, and what is below it survives a collection.
    const KuboNode::Output pins = node.run({u"pin"_s, u"ls"_s, u"--type=recursive"_s, u"-q"_s});
    const QStringList ours = QString::fromLatin1(pins.output).split(u'\n').filter(u"bafyrei"_s);
    QCOMPARE(ours, QStringList(head)); // beside those that a node has of its own
    QCOMPARE(node.run({u"repo"_s, u"gc"_s, u"-q"_s}).exitCode, 0);
    const KuboNode::Output exported = node.run({u"dag"_s, u"export"_s, u"--offline"_s, head});
    RemoteLog::CarReader reader;
    QCOMPARE(reader.read(exported.output).size(), 2);
    QVERIFY(reader.isComplete());
}

QTEST_GUILESS_MAIN(TestIpfs)
#include "tst_ipfs.moc"
