#!/bin/sh
# Draws the rich menu pictures, one a language. Needs ImageMagick with pango,
# pngquant, and the fonts Noto Sans CJK and Noto Sans Thai; on Debian:
#   apt-get install imagemagick libmagickcore-6.q16-6-extra pngquant fonts-noto-cjk fonts-noto-core
# The labels must stay those of the buttons that lie under them.
set -eu
cd "$(dirname "$0")"

ink='#2F4858'
paper='#F6F4EE'
line='#DDD8CB'

# icon NAME: draws around 0,0 within a disc of radius 140.
icon() {
	case $1 in
	points) echo "fill white polygon 0,-86 25,-31 84,-26 39,14 53,73 0,42 -53,73 -39,14 -84,-26 -25,-31" ;;
	card) echo "fill white roundrectangle -88,-58 88,58 14,14 fill $ink rectangle -88,-30 88,-6 rectangle -64,18 -6,32" ;;
	redeem) echo "fill white roundrectangle -78,-16 78,78 10,10 roundrectangle -90,-48 90,-10 8,8 fill $ink rectangle -11,-48 11,78 fill none stroke white stroke-width 15 path 'M 0,-48 C -70,-48 -62,-100 -30,-92 C -10,-87 0,-66 0,-48 C 0,-66 10,-87 30,-92 C 62,-100 70,-48 0,-48' stroke none" ;;
	history) echo "fill none stroke white stroke-width 15 circle 0,0 0,-74 stroke-linecap round line 0,-42 0,4 line 0,4 32,24 stroke none" ;;
	more) echo "fill white circle -56,0 -56,-19 circle 0,0 0,-19 circle 56,0 56,-19" ;;
	esac
}

# cell COLUMN ICON: the disc with its icon, in the middle of its column.
cell() {
	x=$(($1 * 625 + 312))
	echo "push graphic-context translate $x,300 fill $ink circle 0,0 0,-140 $(icon "$2") pop graphic-context"
}

# menu LANGUAGE FONT THIRD LABEL LABEL LABEL LABEL: THIRD is the icon of the third
# column, for shops with rewards (redeem) and without (history).
menu() {
	lang=$1 font=$2 third=$3
	shift
	convert -size 2500x843 "xc:$paper" -stroke "$line" -strokewidth 3 \
		-draw "line 625,110 625,733 line 1250,110 1250,733 line 1875,110 1875,733" -stroke none \
		-draw "$(cell 0 points)" -draw "$(cell 1 card)" -draw "$(cell 2 "$third")" -draw "$(cell 3 more)" \
		"$lang.tmp.png"
	column=0
	for label in "$3" "$4" "$5" "$6"; do
		convert -background none -density 72 \
			"pango:<span lang=\"$lang\" font=\"$font 100\" foreground=\"$ink\">$label</span>" "$lang.label.png"
		convert "$lang.tmp.png" "$lang.label.png" -gravity center \
			-geometry "$(printf '%+d' $((column * 625 + 312 - 1250)))+195" -composite "$lang.tmp.png"
		column=$((column + 1))
	done
	pngquant --force --strip --speed 1 --output "$lang-$third.png" 64 "$lang.tmp.png"
	rm "$lang.tmp.png" "$lang.label.png"
}

menu zh-TW 'Noto Sans CJK TC Bold' redeem 點數 會員卡 兌換好禮 更多
menu zh-HK 'Noto Sans CJK HK Bold' redeem 積分 會員卡 換領禮品 更多
menu en 'Noto Sans CJK TC Bold' redeem Points 'My card' Rewards More
menu ja 'Noto Sans CJK JP Bold' redeem ポイント 会員カード 特典 その他
menu th 'Noto Sans Thai Bold' redeem แต้มสะสม บัตรสมาชิก ของรางวัล เพิ่มเติม
menu zh-CN 'Noto Sans CJK SC Bold' redeem 积分 会员卡 兑换好礼 更多

menu zh-TW 'Noto Sans CJK TC Bold' history 點數 會員卡 紀錄 更多
menu zh-HK 'Noto Sans CJK HK Bold' history 積分 會員卡 記錄 更多
menu en 'Noto Sans CJK TC Bold' history Points 'My card' History More
menu ja 'Noto Sans CJK JP Bold' history ポイント 会員カード 履歴 その他
menu th 'Noto Sans Thai Bold' history แต้มสะสม บัตรสมาชิก ประวัติ เพิ่มเติม
menu zh-CN 'Noto Sans CJK SC Bold' history 积分 会员卡 记录 更多
