"""libaravis, called by `ctypes`: nothing to build, and any Python will do.

https://aravisproject.github.io/aravis/ has the reference of every function; those that scuff calls are declared here.
"""

import ctypes
from ctypes import (
    POINTER,
    byref,
    c_char_p,
    c_double,
    c_int,
    c_int64,
    c_size_t,
    c_uint,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from functools import lru_cache
from typing import Any

from scuff.core.errors import StationError
from scuff.station.drivers.device import DeviceError

INSTALL = (
    "libaravis-0.8 is not installed, which speaks GigE Vision and USB3 Vision; install it with: "
    "apt-get install libaravis-0.8-0 (Debian, Ubuntu) or dnf install aravis (Fedora)"
)

Pointer = int
"""Address of one of the library's objects; never 0."""

Signature = tuple[Any, tuple[Any, ...]]

P, TEXT, BOOL = c_void_p, c_char_p, c_int

CALLBACK = ctypes.CFUNCTYPE(None, P, P)
FILL = ctypes.CFUNCTYPE(None, P, P, c_uint32, c_uint32, c_uint32)

FALLIBLE: dict[str, Signature] = {
    "arv_gv_device_new": (P, (P, P)),
    "arv_gv_device_set_packet_size": (None, (P, c_int)),
    "arv_interface_open_device": (P, (P, TEXT)),
    "arv_device_create_stream": (P, (P, P, P)),
    "arv_device_execute_command": (None, (P, TEXT)),
    "arv_device_is_feature_available": (BOOL, (P, TEXT)),
    "arv_device_get_float_feature_bounds": (None, (P, TEXT, P, P)),
    "arv_device_get_float_feature_increment": (c_double, (P, TEXT)),
    "arv_device_get_integer_feature_bounds": (None, (P, TEXT, P, P)),
    "arv_device_get_integer_feature_increment": (c_int64, (P, TEXT)),
    "arv_device_get_integer_feature_value": (c_int64, (P, TEXT)),
    "arv_device_dup_available_enumeration_feature_values_as_strings": (POINTER(TEXT), (P, TEXT, P)),
    "arv_gc_feature_node_get_value_as_string": (TEXT, (P,)),
    "arv_gc_feature_node_set_value_from_string": (None, (P, TEXT)),
}
"""Functions that report an error in a last argument, which ``call`` adds."""

PLAIN: dict[str, Signature] = {
    "arv_gv_device_get_type": (c_size_t, ()),
    "arv_gv_device_is_controller": (BOOL, (P,)),
    "arv_gv_device_set_stream_options": (None, (P, c_int)),
    "arv_uv_interface_get_instance": (P, ()),
    "arv_interface_update_device_list": (None, (P,)),
    "arv_device_get_feature": (P, (P, TEXT)),
    "arv_stream_push_buffer": (None, (P, P)),
    "arv_stream_timeout_pop_buffer": (P, (P, c_uint64)),
    "arv_stream_get_info_uint64_by_name": (c_uint64, (P, TEXT)),
    "arv_gv_stream_get_port": (c_uint16, (P,)),
    "arv_buffer_new": (P, (c_size_t, P)),
    "arv_buffer_get_status": (c_int, (P,)),
    "arv_buffer_get_data": (P, (P, POINTER(c_size_t))),
    "arv_buffer_get_frame_id": (c_uint64, (P,)),
    "arv_buffer_get_timestamp": (c_uint64, (P,)),
    "arv_buffer_get_system_timestamp": (c_uint64, (P,)),
    "arv_buffer_get_image_width": (c_int, (P,)),
    "arv_buffer_get_image_height": (c_int, (P,)),
    "arv_buffer_get_image_padding": (None, (P, POINTER(c_int), POINTER(c_int))),
    "arv_buffer_set_frame_id": (None, (P, c_uint64)),
    "arv_gv_fake_camera_new_full": (P, (TEXT, TEXT, TEXT)),
    "arv_gv_fake_camera_is_running": (BOOL, (P,)),
    "arv_gv_fake_camera_get_fake_camera": (P, (P,)),
    "arv_fake_camera_set_fill_pattern": (None, (P, FILL, P)),
    "arv_fake_camera_set_trigger_frequency": (None, (P, c_double)),
    "arv_fake_camera_read_register": (BOOL, (P, c_uint32, POINTER(c_uint32))),
    "arv_fake_camera_write_register": (BOOL, (P, c_uint32, c_uint32)),
    "arv_fake_camera_write_memory": (BOOL, (P, c_uint32, c_uint32, TEXT)),
}

GLIB: dict[str, dict[str, Signature]] = {
    "libgobject-2.0.so.0": {
        "g_object_unref": (None, (P,)),
        "g_object_get_data": (P, (P, TEXT)),
        "g_object_set_data": (None, (P, TEXT, P)),
        "g_object_set": (None, (P, TEXT, c_int, TEXT, c_int, P)),  # two properties at once
        "g_object_set_property": (None, (P, TEXT, P)),
        "g_type_check_instance_is_a": (BOOL, (P, c_size_t)),
        "g_value_init": (P, (P, c_size_t)),
        "g_value_set_double": (None, (P, c_double)),
        "g_signal_connect_data": (c_uint64, (P, TEXT, CALLBACK, P, P, c_uint)),
        "g_signal_handler_disconnect": (None, (P, c_uint64)),
    },
    "libgio-2.0.so.0": {"g_inet_address_new_from_string": (P, (TEXT,))},
    "libglib-2.0.so.0": {
        "g_error_free": (None, (P,)),
        "g_free": (None, (P,)),
        "g_quark_to_string": (TEXT, (c_uint32,)),
    },
}

SILENCE = (2, 4, 5)
"""Codes of ArvDeviceError that mean that nobody answers: not connected, transfer error, timeout."""


class GError(ctypes.Structure):
    """How libraries of GNOME report an error."""

    _fields_ = (("domain", c_uint32), ("code", c_int), ("message", c_char_p))


class AravisLibrary:
    """The library's functions, by their names."""

    def __init__(self) -> None:
        """Load the library and those that it is built on.

        Raises:
            StationError: It is not installed.
        """
        try:
            aravis = ctypes.CDLL("libaravis-0.8.so.0")
            loaded = {ctypes.CDLL(name): functions for name, functions in GLIB.items()}
        except OSError as error:
            raise StationError(INSTALL) from error
        self._functions = {name: _declared(aravis, name, signature) for name, signature in PLAIN.items()}
        for library, functions in loaded.items():
            self._functions |= {name: _declared(library, name, signature) for name, signature in functions.items()}
        failing = {name: (result, (*arguments, P)) for name, (result, arguments) in FALLIBLE.items()}
        self._functions |= {name: _declared(aravis, name, signature) for name, signature in failing.items()}

    def call(self, name: str, *arguments: Any) -> Any:
        """Call a function.

        Raises:
            DeviceError: It reports an error.
        """
        function = self._functions[name]
        if name not in FALLIBLE:
            return function(*arguments)
        error = POINTER(GError)()
        result = function(*arguments, byref(error))
        if error:
            raise self._fault(error)
        return result

    def is_gige(self, device: Pointer) -> bool:
        """Whether a device is reached by a network."""
        return bool(self.call("g_type_check_instance_is_a", device, self.call("arv_gv_device_get_type")))

    def _fault(self, error: Any) -> DeviceError:
        """Turn an error into an exception, and free it."""
        told = error.contents
        domain = (self._functions["g_quark_to_string"](told.domain) or b"").decode()
        message = (told.message or b"").decode("utf-8", "replace")
        fault = DeviceError(message, "device-error" in domain and told.code in SILENCE)
        self._functions["g_error_free"](error)
        return fault


@lru_cache(maxsize=1)
def aravis_library() -> AravisLibrary:
    """The library, loaded when it is first asked for.

    Raises:
        StationError: It is not installed.
    """
    return AravisLibrary()


def _declared(library: ctypes.CDLL, name: str, signature: Signature) -> Any:
    function = getattr(library, name)
    function.restype, function.argtypes = signature
    return function
