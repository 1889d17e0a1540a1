"""Physics of the bioreactor and its controller, one compiled function for the served plant and for batches.

The culture is `titer.science.kinetics.cho_fedbatch`; around it stand what a real unit adds and a process model
does not know: jacket and heat of metabolism, carbon dioxide and charge balance (pH), gas transfer, foam, exhaust
filter, pumps with gains of their own, loops, interlocks, and slow random drifts of the cells' rates. So a twin
that uses the same kinetics still meets a plant that is not its own model.

State ``s`` (48 numbers) and controls ``c`` (16 numbers) are plain arrays; the constants below name their places.
Time step 20 s. Gas transfer: kLa = 0.026 (P/V)^0.4 vs^0.5 (van 't Riet 1979). pH: Henderson-Hasselbalch with a
strong-ion balance, pK 6.1, CO2 solubility 0.0307 mmol/(L.mmHg).
"""

from __future__ import annotations

import math
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numpy as np

from titer.science.kinetics import cho_fedbatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from titer.science.kinetics.spec import Array

STEP_S = 20
STEP_H = STEP_S / 3600.0
N_CULTURE = 12
STATE_SIZE = 48
CONTROL_SIZE = 16

# places in s; 0 to 11 are the culture's own states
T, TJ, DO, TIC, SID, PH = 12, 13, 14, 15, 16, 17
I_T, I_DO, I_CO2 = 18, 19, 20
O2_FLOW, CO2_FLOW, AIR_FLOW, RPM, BASE_FLOW = 21, 22, 23, 24, 25
FOAM, FOUL, F2_TRUE, F2_PUMP, GLC_PUMP, BASE_TOTAL = 26, 27, 28, 29, 30, 31
HMW, LMW, OFF_O2, OFF_CO2, OUR, PRESSURE = 32, 33, 34, 35, 36, 37
F2_FLOW, GLC_FLOW, INTERLOCK, W_MU, W_GLC, W_QP, CULTURE_H = 38, 39, 40, 41, 42, 43, 44
F2_OFF, GLC_OFF, GAS_O2_IN = 45, 46, 47

# places in c
SP_T, SP_PH, SP_DO, SP_RPM, SP_F2, SP_GLC = 0, 1, 2, 3, 4, 5
MODE, FILL, INOCULUM, DRAIN, F2_GAIN, GLC_GAIN, DRAW_L = 6, 7, 8, 9, 10, 11, 12

EMPTY, FILLING, READY, INOCULATING, CULTURE, HARVESTING, HARVESTED = range(7)
STATE_NAMES = ("Empty", "Filling", "Ready", "Inoculating", "Culture", "Harvesting", "Harvested")

LEVEL, GAS, FOAM_TRIP, HEAT = 1.0, 2.0, 4.0, 8.0
LEVEL_TRIP_L, PRESSURE_TRIP_KPA, FOAM_TRIP_PERCENT, HEAT_TRIP_C = 1950.0, 3.4, 90.0, 39.5

_rhs = numba.njit(cho_fedbatch.rhs)
_outputs = numba.njit(cho_fedbatch.outputs)


def _source_key() -> int:
    """Digest of the kinetics' source: numba's cache does not see a change in a called function by itself."""
    return zlib.crc32(Path(cho_fedbatch.__file__).read_bytes())


def _make_advance(source_key: int) -> Callable[..., Any]:
    def advance(s, c, p, medium, inoculum, noise, drift, steps):  # type: ignore[no-untyped-def]
        key = source_key  # a closure cell: the compiled code is cached under this key
        h = STEP_H
        pw = p.copy()
        u = np.empty(7)
        x = np.empty(N_CULTURE)
        decay = math.exp(-h / 30.0)
        kick = math.sqrt(1.0 - decay * decay)
        for i in range(steps):
            for j in range(3):
                s[W_MU + j] = decay * s[W_MU + j] + kick * drift[j] * noise[i, j]
            pw[0] = p[0] * math.exp(s[W_MU])
            pw[24] = p[24] * math.exp(s[W_GLC])
            pw[25] = p[25] * math.exp(s[W_GLC])
            pw[39] = p[39] * math.exp(s[W_QP])
            mode = c[MODE]
            volume = s[10]
            alive = 2.5 < mode < 4.5
            wet = volume > 30.0

            # interlocks
            lock = int(s[INTERLOCK])
            level = (lock & 1) > 0
            level = volume > (LEVEL_TRIP_L - 5.0 if level else LEVEL_TRIP_L)
            gas_off = (lock & 2) > 0
            gas_off = s[PRESSURE] > (2.5 if gas_off else PRESSURE_TRIP_KPA)
            foaming = (lock & 4) > 0
            foaming = s[FOAM] > (60.0 if foaming else FOAM_TRIP_PERCENT)
            hot = s[T] > HEAT_TRIP_C
            s[INTERLOCK] = 1.0 * level + 2.0 * gas_off + 4.0 * foaming + 8.0 * hot

            # transfers: medium, inoculum, harvest
            inflow = 0.0
            if 0.5 < mode < 1.5 and volume < c[FILL]:
                inflow = min(2000.0 * h, c[FILL] - volume)
                for j in range(N_CULTURE):
                    if j < 8 or j == 11:
                        s[j] = (s[j] * volume + medium[j] * inflow) / (volume + inflow)
                s[SID] = (s[SID] * volume + 14.0 * inflow) / (volume + inflow)
                s[TIC] = (s[TIC] * volume + 16.0 * inflow) / (volume + inflow)
                s[T] = (s[T] * volume + 20.0 * inflow) / (volume + inflow)
                s[10] = volume + inflow
            elif 2.5 < mode < 3.5 and c[INOCULUM] > 0.0:
                inflow = min(1200.0 * h, c[INOCULUM])
                for j in range(N_CULTURE):
                    if j < 8 or j == 11:
                        s[j] = (s[j] * volume + inoculum[j] * inflow) / (volume + inflow)
                s[SID] = (s[SID] * volume + 10.0 * inflow) / (volume + inflow)
                s[TIC] = (s[TIC] * volume + 12.0 * inflow) / (volume + inflow)
                s[10] = volume + inflow
                c[INOCULUM] -= inflow
            if c[DRAW_L] > 0.0:
                s[10] = max(s[10] - c[DRAW_L], 0.5)
                c[DRAW_L] = 0.0
            volume = s[10]
            wet = volume > 30.0

            # pumps: the totaliser counts revolutions, the flow meter sees what flows
            feeds = alive and not level
            f2_asked = c[SP_F2] if feeds else 0.0
            glc_asked = c[SP_GLC] if feeds else 0.0
            s[F2_FLOW] = f2_asked * c[F2_GAIN]
            s[GLC_FLOW] = glc_asked * c[GLC_GAIN]
            s[F2_TRUE] += s[F2_FLOW] * h
            s[F2_PUMP] += f2_asked * h
            s[GLC_PUMP] += glc_asked * h
            off = abs(s[F2_FLOW] / c[SP_F2] - 1.0) > 0.10 if c[SP_F2] > 0.05 else False
            s[F2_OFF] = s[F2_OFF] + h if off and alive else 0.0
            off = abs(s[GLC_FLOW] / c[SP_GLC] - 1.0) > 0.10 if c[SP_GLC] > 0.05 else False
            s[GLC_OFF] = s[GLC_OFF] + h if off and alive else 0.0

            # temperature loop
            if wet and mode < 4.5:
                error = c[SP_T] - s[T]
                s[I_T] = min(max(s[I_T] + 2.0 * error * h, -6.0), 6.0)
                jacket = min(max(c[SP_T] + 8.0 * error + s[I_T], 5.0), 50.0)
                if hot:
                    jacket = min(jacket, 20.0)
            else:
                jacket = 20.0
                s[I_T] = 0.0
            s[TJ] += (jacket - s[TJ]) * (1.0 - math.exp(-h / 0.08))
            coupling = 0.9 * 1400.0 / (max(volume, 200.0) + 200.0)
            heat = 0.11 * s[OUR] + 0.06
            settle = s[TJ] + heat / coupling
            s[T] = settle + (s[T] - settle) * math.exp(-coupling * h)

            # gas, dissolved oxygen
            running = wet and mode > 1.5 and mode < 5.5
            if running and not gas_off:
                error = c[SP_DO] - s[DO]
                out = s[I_DO] + 1.2 * error
                if (out < 100.0 or error < 0.0) and (out > 0.0 or error > 0.0):
                    s[I_DO] = min(max(s[I_DO] + 6.0 * error * h, 0.0), 100.0)
                out = min(max(s[I_DO] + 1.2 * error, 0.0), 100.0)
                air = 20.0 + 40.0 * min(out / 30.0, 1.0)
                oxygen = 60.0 * max(out - 30.0, 0.0) / 70.0
                rpm = c[SP_RPM] + 0.5 * max(out - 80.0, 0.0)
                if foaming:
                    air *= 0.5
                    oxygen = max(oxygen, 5.0)
            else:
                air, oxygen = 0.0, 0.0
                rpm = c[SP_RPM] if running else 0.0
            lag = 1.0 - math.exp(-h / 0.02)
            s[AIR_FLOW] += (air - s[AIR_FLOW]) * lag
            s[O2_FLOW] += (oxygen - s[O2_FLOW]) * lag
            s[RPM] += (rpm - s[RPM]) * lag
            total = s[AIR_FLOW] + s[O2_FLOW] + s[CO2_FLOW] + 0.01
            y_in = (0.2095 * s[AIR_FLOW] + s[O2_FLOW] + 0.0021) / total
            n = s[RPM] / 60.0
            power = 1.5 * 1000.0 * n * n * n * 0.03125 / (max(volume, 50.0) / 1000.0)
            kla = 93.6 * (power + 0.1) ** 0.4 * math.sqrt(total / 60000.0 / 1.2) + 0.3
            moles = 24.0 / 60000.0 * max(volume, 1.0) / total  # off-gas share per mmol/(L.h) transferred
            transfer = kla * 0.205 / 100.0
            # oxygen transferred raises DO and depletes the gas: DO* = 100/0.2095 * (y_in - moles*OTR/2)
            ceiling = 477.3 * y_in
            loss = 477.3 * 0.5 * moles
            effective = transfer / (1.0 + transfer * loss)
            rate = effective / (0.205 / 100.0)
            level_do = ceiling - s[OUR] / max(effective, 1e-9)
            s[DO] = level_do + (s[DO] - level_do) * math.exp(-rate * h)
            s[DO] = min(max(s[DO], 0.0), 400.0)
            otr = effective * (ceiling - s[DO])
            s[OFF_O2] = 100.0 * min(max(y_in - moles * otr, 0.0), 1.0)
            s[GAS_O2_IN] = 100.0 * y_in

            # carbon dioxide, charge balance, pH
            ratio = 10.0 ** (s[PH] - 6.1)
            for _ in range(4):
                dissolved = s[TIC] / (1.0 + ratio)
                balance = s[TIC] - dissolved + 9.0 * (s[PH] - 7.0) - s[SID]
                slope = s[TIC] * ratio * 2.302585 / (1.0 + ratio) ** 2 + 9.0
                s[PH] = min(max(s[PH] - balance / slope, 5.5), 8.8)
                ratio = 10.0 ** (s[PH] - 6.1)
            dissolved = s[TIC] / (1.0 + ratio)
            k_co2 = 0.9 * kla
            y_out = (s[CO2_FLOW] + 0.0004 * s[AIR_FLOW] + moles * total * k_co2 * dissolved) / (
                total + 23.3 * moles * total * k_co2
            )
            s[OFF_CO2] = 100.0 * y_out
            s[TIC] = max(s[TIC] + h * (1.02 * s[OUR] - k_co2 * (dissolved - 23.3 * y_out)), 0.05)
            if running:
                error = s[PH] - (c[SP_PH] + 0.01)
                s[I_CO2] = min(max(s[I_CO2] + 30.0 * error * h, 0.0), 15.0)
                gas = min(max(25.0 * error + s[I_CO2], 0.0), 15.0)
                base = min(max(60.0 * (c[SP_PH] - 0.03 - s[PH]), 0.0), 9.0) if alive and not level else 0.0
            else:
                gas, base = 0.0, 0.0
            if gas_off:
                gas = 0.0
            s[CO2_FLOW] += (gas - s[CO2_FLOW]) * lag
            s[BASE_FLOW] = base
            s[BASE_TOTAL] += base * h
            s[SID] += base * p[49] / max(volume, 50.0) * h
            s[TIC] += 0.5 * base * p[49] / max(volume, 50.0) * h

            # the culture
            if volume > 1.0:
                lactate, ammonia = s[4], s[5]
                u[0] = s[F2_FLOW]
                u[1] = s[GLC_FLOW]
                u[2] = base
                u[3] = 0.0
                u[4], u[5], u[6] = s[T], s[PH], s[DO]
                for j in range(N_CULTURE):
                    x[j] = s[j]
                k1 = _rhs(0.0, x, u, pw)
                k2 = _rhs(0.0, x + 0.5 * h * k1, u, pw)
                k3 = _rhs(0.0, x + 0.5 * h * k2, u, pw)
                k4 = _rhs(0.0, x + h * k3, u, pw)
                for j in range(N_CULTURE):
                    s[j] = max(x[j] + h / 6.0 * (k1[j] + 2.0 * k2[j] + 2.0 * k3[j] + k4[j]), 0.0)
                dilution = (u[0] + u[1] + u[2]) / volume * h
                # lactic acid is a strong acid, ammonium a cation; feeds bring neither
                s[SID] += -(s[4] - lactate) + (s[5] - ammonia) - dilution * (s[SID] + lactate - ammonia)
                s[TIC] -= dilution * s[TIC]
                y = _outputs(x, u, pw)
                s[OUR] = y[8]
                # fragments by proteases of lysed cells, aggregates by time, heat and acid or alkali
                heat_up = math.exp(0.10 * (s[T] - 36.8))
                stress = 1.0 + 12.0 * (s[PH] - 7.0) ** 2
                s[HMW] += h * 1.5e-4 * s[6] * heat_up * stress - dilution * s[HMW]
                s[LMW] += h * 1.6e-5 * s[1] * s[6] * heat_up - dilution * s[LMW]
            if mode > 4.5 and mode < 5.5:
                s[10] = max(s[10] - 3000.0 * h, 5.0)
            if alive:
                s[CULTURE_H] += h

            # head space
            s[FOAM] += h * (0.006 * total * (0.4 + s[6] + 0.05 * s[0]) - 0.25 * s[FOAM])
            if s[FOAM] > 62.0 and not foaming:
                s[FOAM] *= 0.35  # antifoam dose of the controller
            s[FOAM] = min(max(s[FOAM], 0.0), 100.0)
            s[FOUL] += h * 0.0012 * (1.0 + s[FOAM] / 40.0) if running else 0.0
            s[PRESSURE] = 0.3 + (0.008 + 0.006 * s[FOUL]) * total if running else 0.1
        return key

    return numba.njit(cache=True)(advance)  # type: ignore[no-any-return]


@cache
def compiled_advance() -> Callable[..., Any]:
    """The compiled step: ``advance(s, c, p, medium, inoculum, noise, drift, steps)`` changes s and c in place.

    Args of the returned function:
        s, c: state and controls. p: kinetic parameters. medium, inoculum: compositions (12 states).
        noise: (steps, 3) standard normal numbers. drift: standard deviations of the log-rates of growth,
        glucose uptake and productivity. steps: number of 20 s steps.
    """
    return _make_advance(_source_key())


def observe(s: Array, c: Array) -> Array:
    """What the 24 transmitters would show without noise, in the order of ``channels.PROCESS_VALUES``."""
    size = 1.0 + 0.07 * min(s[9] / 150.0, 1.2)  # cells grow in late culture: capacitance reads them high
    capacitance = 0.62 * s[0] * size + 0.02 * s[1] + 0.15 * (s[10] > 30.0)
    dry = s[AIR_FLOW] + s[O2_FLOW] + s[CO2_FLOW] > 0.5
    return np.array(
        [
            s[T],
            s[PH],
            s[DO],
            s[RPM],
            s[PRESSURE],
            s[10],
            s[10] * 1.012,
            s[AIR_FLOW],
            s[O2_FLOW],
            s[CO2_FLOW],
            s[BASE_FLOW] / 0.06,
            s[BASE_TOTAL],
            s[F2_FLOW],
            s[F2_PUMP],
            s[GLC_FLOW],
            s[GLC_PUMP],
            capacitance,
            max(capacitance - 0.15, 0.0) / 0.62,
            s[OUR] if dry else 0.0,
            s[OFF_O2] if dry else 20.95,
            s[OFF_CO2] if dry else 0.04,
            s[TJ],
            max(s[PRESSURE] - 0.1, 0.0),
            s[FOAM],
        ]
    )


def flags(s: Array, c: Array) -> list[bool]:
    """Interlock and alarms, in the order of ``channels.FLAGS``."""
    lock = int(s[INTERLOCK])
    mode = int(c[MODE])
    live = mode in (INOCULATING, CULTURE)
    return [
        lock != 0,
        s[F2_OFF] > 1 / 6,
        s[GLC_OFF] > 1 / 6,
        live and abs(s[T] - c[SP_T]) > 0.8,
        live and abs(s[PH] - c[SP_PH]) > 0.15,
        live and s[DO] < 0.5 * c[SP_DO],
        bool(lock & 1),
        bool(lock & 2),
        bool(lock & 4),
    ]


def fresh_state() -> Array:
    """An empty bag at room temperature."""
    s = np.zeros(STATE_SIZE)
    s[T] = s[TJ] = 20.0
    s[PH] = 7.2
    s[DO] = 100.0
    s[SID], s[TIC] = 14.0, 16.0
    s[10] = 0.5
    s[OFF_O2], s[OFF_CO2] = 20.95, 0.04
    s[PRESSURE] = 0.1
    return s


def fresh_controls() -> Array:
    """Controller with its defaults: loops at usual set-points, no feeds, mode empty."""
    c = np.zeros(CONTROL_SIZE)
    c[SP_T], c[SP_PH], c[SP_DO], c[SP_RPM] = 36.8, 7.0, 40.0, 75.0
    c[F2_GAIN] = c[GLC_GAIN] = 1.0
    return c
