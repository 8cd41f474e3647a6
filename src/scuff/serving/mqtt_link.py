"""One connection to an MQTT broker, as long as it lasts."""

import asyncio

import aiomqtt
from pydantic import BaseModel


def hold(client: aiomqtt.Client) -> None:
    """Let the broker keep each message until it is acknowledged; to be called before the client is connected."""
    client._client.manual_ack_set(True)  # aiomqtt has no word for it


class Link:
    """Sends what is acknowledged, or fails as soon as the connection is lost.

    Args:
        client: A client that is connected.
    """

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def cut(self) -> None:
        """The connection is lost: what waits for an acknowledgement waits in vain."""
        self._lost.set_result(None)

    def acknowledge(self, message: aiomqtt.Message) -> None:
        """Tell the broker that a message has been dealt with."""
        self._client._client.ack(message.mid, message.qos)

    async def send(self, topic: str, message: BaseModel, retain: bool = False) -> None:
        """Publish a record; returns when the broker has acknowledged it.

        Raises:
            MqttError: It did not.
        """
        sending = asyncio.create_task(self._client.publish(topic, message.model_dump_json(), qos=1, retain=retain))
        try:
            await asyncio.wait((sending, self._lost), return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                raise aiomqtt.MqttError("the connection was lost")
            sending.result()
        finally:
            sending.cancel()
