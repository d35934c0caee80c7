"""The chain of causes in sentences."""

from pilothouse.kernel import causes
from pilothouse.view import Why


def test_it_goes_back_to_you(harbour):
    _, replicaset = harbour.deploy("eta", 1)
    pod = harbour.place(harbour.pods(replicaset, 1)[0], "rotterdam-2")
    why = Why(harbour, causes(harbour.store, harbour.revision(pod)))
    name, owner = pod.metadata.name, replicaset.metadata.name
    assert str(why).splitlines() == [
        f"00:00  the scheduler places {name} on rotterdam-2",
        f"00:00  because the ReplicaSet controller creates pod {name}",
        f"00:00  because the Deployment controller creates ReplicaSet {owner}: 1 pod wanted",
        "00:00  because you create Deployment eta: 1 pod wanted",
    ]
    assert len(why) == 4


def test_html_is_escaped(harbour):
    node = harbour.write("user", harbour.node("<img src=x>"))
    html = Why(harbour, causes(harbour.store, harbour.revision(node)))._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x&gt;" in html


def test_no_chain():
    from harbour import Harbour

    assert str(Why(Harbour(()), [])) == "The log does not say why."
