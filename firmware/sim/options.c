/* Reads the command line; what is per box is a list with commas, or one value for all. */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USB_FRAME_NS 1000000

static const char usage[] =
    "usage: firstpress-sim [--boxes N] [--wire] [--transport LIST] [--ppm LIST] [--ppm-wander PPM:SECONDS]\n"
    "                      [--link LIST] [--eeprom LIST] [--worn-eeprom] [--usb-frame-us N] [--seed N]\n"
    "                      [--script FILE] [--until-eof] [--realtime] ELF\n"
    "LIST: one for each box, with commas, or one ppm or transport for all. Transports: direct, usb, ch340, ftdi:MS.\n"
    "Commands on standard input, and in FILE: see script.h; quit.\n";

/* Item n of a list, or its only one if it may serve all; NULL if there is none. The list is taken apart. */
static const char *item(char *list, int n, bool for_all)
{
    char *save = NULL;
    char *copy = list ? strdup(list) : NULL;
    char *word = copy ? strtok_r(copy, ",", &save) : NULL;

    if (word && for_all && !strchr(list, ','))
        return word;
    while (word && n--)
        word = strtok_r(NULL, ",", &save);
    return word;
}

static int fail(const char *text)
{
    fprintf(stderr, "%s%s", text, usage);
    return 2;
}

bool options_read(struct options *options, int argc, char **argv, int *status)
{
    static const struct option known[] = {
        {"boxes", required_argument, NULL, 'b'},        {"wire", no_argument, NULL, 'w'},
        {"transport", required_argument, NULL, 't'},    {"ppm", required_argument, NULL, 'p'},
        {"ppm-wander", required_argument, NULL, 'd'},   {"link", required_argument, NULL, 'l'},
        {"eeprom", required_argument, NULL, 'e'},       {"worn-eeprom", no_argument, NULL, 'o'},
        {"usb-frame-us", required_argument, NULL, 'u'}, {"seed", required_argument, NULL, 'r'},
        {"script", required_argument, NULL, 's'},       {"until-eof", no_argument, NULL, 'x'},
        {"realtime", no_argument, NULL, 'f'},           {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    char *symlinks = NULL, *eeproms = NULL, *ppms = NULL, *transports = NULL, *colon = NULL;
    int frame_us = 0, option;

    options->boxes = 1;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'b': options->boxes = atoi(optarg); break;
        case 'w': options->wire = true; break;
        case 't': transports = optarg; break;
        case 'p': ppms = optarg; break;
        case 'd':
            options->wander_ppm = strtod(optarg, &colon);
            options->wander_period_s = *colon == ':' ? atof(colon + 1) : 0;
            break;
        case 'l': symlinks = optarg; break;
        case 'e': eeproms = optarg; break;
        case 'o': options->worn_eeprom = true; break;
        case 'u': frame_us = atoi(optarg); break;
        case 'r': options->seed = strtoull(optarg, NULL, 0); break;
        case 's': options->script = optarg; break;
        case 'x': options->until_eof = true; break;
        case 'f': options->realtime = true; break;
        case 'h': fputs(usage, stdout); *status = 0; return false;
        default: *status = fail(""); return false;
        }
    }
    *status = 2;
    if (optind != argc - 1 || frame_us < 0)
        return fail(""), false;
    if (options->boxes < 1 || options->boxes > BOXES_MAX)
        return fail("--boxes: 1 to 8\n"), false;
    if (colon && (options->wander_period_s <= 0 || options->wander_ppm > 1000))
        return fail("--ppm-wander: at most 1000 ppm, in more than 0 s\n"), false;
    options->elf = argv[optind];
    options->frame_ns = frame_us ? (uint64_t)frame_us * 1000 : USB_FRAME_NS;
    for (int i = 0; i < options->boxes; i++) {
        struct box_options *box = &options->box[i];
        const char *ppm = item(ppms, i, true);

        box->symlink = item(symlinks, i, false);
        box->eeprom = item(eeproms, i, false);
        box->ppm = ppm ? atof(ppm) : 0;
        box->transport = item(transports, i, true);
        if (!box->transport)
            box->transport = frame_us ? "usb" : "direct";
    }
    return true;
}
