"""What notebooks written for weightwatcher take from its `constants`: words of options, limits and defaults."""

import enum as _enum

ERROR = -1

# Words of options.
PL = "PL"
POWER_LAW = "power_law"
TPL = "TPL"
E_TPL = "E_TPL"
TRUNCATED_POWER_LAW = "truncated_power_law"
LOG_NORMAL = "lognormal"
EXPONENTIAL = "exponential"

POWERLAW = POWERLAW_PACKAGE = "powerlaw"
WW_POWERLAW = WW_POWERLAW_PACKAGE = DEFAULT_POWERLAW_PACKAGE = "ww"

XMIN_PEAK = "xmin_peak"
CLIP_XMAX = "clip_xmax"
FORCE = XMAX_FORCE = "force"
DEFAULT_XMAX = None
DEFAULT_MAX_FINGERS = 10
DEFAULT_FINGER_THRESH = 1.0

FAST = FAST_SVD = "fast"
ACCURATE = ACCURATE_SVD = "accurate"
TRUNCATED = TRUNCATED_SVD = "truncated"
VALID_SVD_METHODS = [FAST_SVD, ACCURATE_SVD]

RAW = "raw"
EUCLIDEAN = "euclidean"
CKA = "cka"

SVD = "svd"
RMT = "rmt"
LAMBDA_MIN = "alpha_min"
AUTO = "auto"

PEFT_WITH_BASE = "with_base"
DEFAULT_PEFT = False

FIRST = "first"
LAST = "last"
UNKNOWN = "unknown"

# Keys of a dictionary of parameters.
ADD_BIASES = "add_biases"
CHANNELS_STR = "channels"
CONV2D_FFT = "conv2d_fft"
CONV2D_NORM = "conv2d_norm"
DELTA_ES = "deltaEs"
DETX = "detX"
FFT = "fft"
FINGER_THRESH = "finger_thresh"
FIT = "fit"
FIX_FINGERS = "fix_fingers"
GLOROT_FIT = "glorot_fit"
GLOROT_FIX = "glorot_fix"
INTRA = "intra"
INVERSE = "inverse"
LAYERS = "layers"
MAX_EVALS = "max_evals"
MAX_FINGERS = "MAX_FINGERS"
MAX_N = "max_N"
MIN_EVALS = "min_evals"
MP_FIT = "mp_fit"
NORMALIZE = "normalize"
PEFT = "peft"
PLOT = "plot"
PL_PACKAGE = "pl_package"
POOL = "pool"
RANDOMIZE = "randomize"
RESCALE = "rescale"
SAVEDIR = "savedir"
SAVEFIG = "savefig"
SMOOTH = "smooth"
SOURCE = "source"
SPARSIFY = "sparsify"
STACKED = "stacked"
START_IDS = "layer_ids_start"
SVD_METHOD = "svd_method"
TOLERANCE = "tolerance"
VECTORS = "vectors"
WW2X = "ww2x"
XMAX = "xmax"
XMIN_MAX = "xmin_max"

# Limits and defaults.
DEF_SAVE_DIR = "ww-img"
DEFAULT_MAX_EVALS = MAX_NUM_EVALS = 15000
DEFAULT_MAX_N = 50000
DEFAULT_MIN_EVALS = MIN_NUM_EVALS = 8
DEFAULT_POOL = True
DEFAULT_START_ID = 0
DEFAULT_WW2X = False
EPSILON = 1e-10
EVALS_HALF_THRESH = 1e-4
EVALS_THRESH = 1e-5
HALF_EPSILON = 6e-05
OVER_TRAINED_THRESH = 2.0
UNDER_TRAINED_THRESH = 6.0
WEAK_RANK_LOSS_TOLERANCE = 1e-6

# Words of the table.
FAILED = "failed"
OVER_TRAINED = "over-trained"
SUCCESS = "success"
UNDER_TRAINED = "under-trained"

BIDIRECTIONAL = "bidirectional"
CONV1D = "conv1d"
CONV2D = "conv2d"
DENSE = "dense"
MBEDDING = "embedding"
NORM = "norm"

KERAS = "keras"
KERAS_H5_FILE = "keras_h5_file"
ONNX = "onnx"
PYSTATEDICT = "pystatedict"
PYTORCH = "pytorch"
SAFETENSORS = "safetensors"
TENSORFLOW = "tensorflow"
WW_CONFIG_FILENAME = "ww_config.json"
WW_FLATFILES = "ww_flatfiles"
WW_NAME = "weightwatcher"


class LAYER_TYPE:
    """The kinds of layers that the reference has words for."""

    UNKNOWN = UNKNOWN
    STACKED = STACKED
    DENSE = DENSE
    CONV1D = CONV1D
    CONV2D = CONV2D
    FLATTENED = "flattened"
    EMBEDDING = "embedding"
    BIDIRECTIONAL = "bidirectional"
    NORM = NORM


LAYER_TYPES_SUPPORTED = [CONV2D, CONV1D, DENSE, MBEDDING, NORM]


class MODEL_FILE_FORMATS:
    """The file formats that the reference has words for; heavytail opens these and more."""

    PYTORCH = PYTORCH
    SAFETENSORS = SAFETENSORS
    WW_FLATFILES = WW_FLATFILES
    KERAS_H5_FILE = KERAS_H5_FILE


class METHODS(_enum.IntFlag):
    """The methods that the reference has words for."""

    DESCRIBE = _enum.auto()
    ANALYZE = _enum.auto()


class METRICS:
    """Columns that the reference has words for."""

    NORM = "norm"
    LOG_NORM = "log_norm"
    ALPHA = "alpha"
    ALPHA_WEIGHTED = "alpha_weighted"
    LOG_ALPHA_NORM = "log_alpha_norm"
    SPECTRAL_NORM = "spectral_norm"
    LOG_SPECTRAL_NORM = "log_spectral_norm"
    STABLE_RANK = "stable_rank"
    MP_SOFTRANK = "mp_softrank"
    MATRIX_RANK = "matrix_rank"
    MATRIX_ENTROPY = "entropy"


class XMIN(_enum.IntFlag):
    """How the reference may choose xmin."""

    UNKNOWN = _enum.auto()
    AUTO = _enum.auto()


class CHANNELS:
    """Where the channels of a convolution's weight stand."""

    UNKNOWN = UNKNOWN
    FIRST = FIRST
    LAST = LAST


class FRAMEWORK:
    """The kinds of models that the reference has words for."""

    UNKNOWN = UNKNOWN
    PYTORCH = "pytorch"
    KERAS = "keras"
    ONNX = "onnx"
    PYSTATEDICT = "pystatedict"
    PYSTATEDICT_DIR = "pystatedict_dir"
    WW_FLATFILES = "ww_flatfiles"
    KERAS_H5_FILE = "keras_h5_file"


DEFAULT_PARAMS = {
    ADD_BIASES: False,
    CHANNELS_STR: None,
    CONV2D_FFT: False,
    CONV2D_NORM: True,
    DELTA_ES: False,
    DETX: True,
    FFT: False,
    FINGER_THRESH: DEFAULT_FINGER_THRESH,
    FIT: POWER_LAW,
    FIX_FINGERS: None,
    GLOROT_FIX: False,
    INTRA: False,
    INVERSE: False,
    MAX_EVALS: DEFAULT_MAX_EVALS,
    MAX_FINGERS: DEFAULT_MAX_FINGERS,
    MAX_N: DEFAULT_MAX_N,
    MIN_EVALS: DEFAULT_MIN_EVALS,
    MP_FIT: False,
    NORMALIZE: False,
    PEFT: DEFAULT_PEFT,
    PLOT: False,
    PL_PACKAGE: DEFAULT_POWERLAW_PACKAGE,
    POOL: DEFAULT_POOL,
    RANDOMIZE: True,
    RESCALE: True,
    SAVEDIR: DEF_SAVE_DIR,
    SAVEFIG: True,
    SMOOTH: None,
    SPARSIFY: True,
    STACKED: False,
    START_IDS: DEFAULT_START_ID,
    SVD_METHOD: FAST_SVD,
    TOLERANCE: WEAK_RANK_LOSS_TOLERANCE,
    VECTORS: True,
    WW2X: DEFAULT_WW2X,
    XMAX: DEFAULT_XMAX,
    XMIN_MAX: None,
}
